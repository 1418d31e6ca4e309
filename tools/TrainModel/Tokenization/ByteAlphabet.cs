namespace Rill.TrainModel.Tokenization;

/// <summary>The printable character that byte-level vocabularies (GPT-2 and its heirs) write for each byte.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = Build();

    /// <summary>The bytes written as characters, one for each.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            text[i] = s_characters[bytes[i]];
        }

        return new string(text);
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)256;    // bytes without a printable character of their own take those from here on, in order
        for (var value = 0; value < 256; value++)
        {
            characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : next++;
        }

        return characters;
    }
}
