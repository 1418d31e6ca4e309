namespace Rill.Text.Tokenization;

/// <summary>The character that SentencePiece writes for a space, U+2581.</summary>
internal static class SpaceMark
{
    public const char Character = '\u2581';

    private static ReadOnlySpan<byte> Bytes => [0xE2, 0x96, 0x81];

    /// <summary>True when the mark stands somewhere behind another character; <paramref name="text"/> is UTF-8.</summary>
    public static bool FollowsAnother(ReadOnlySpan<byte> text)
    {
        while (text.StartsWith(Bytes))
        {
            text = text[Bytes.Length..];
        }

        return text.IndexOf(Bytes) >= 0;
    }

    /// <summary>
    /// The length of a text's first part, when it is cut before each mark that follows another character.
    /// </summary>
    public static int FirstPart(ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAnyExcept(Character);
        var offset = start < 0 ? -1 : text[start..].IndexOf(Character);
        return offset < 0 ? text.Length : start + offset;
    }
}
