using System.Runtime.CompilerServices;

namespace Rill.Text.Tokenization;

/// <summary>
/// The alphabet of byte-level vocabularies (GPT-2's bytes_to_unicode): each byte is written as one printable character. Printable Latin-1
/// bytes stand for themselves, the 68 others take U+0100 onwards.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] s_characters = BuildCharacters();
    private static readonly short[] s_bytes = BuildBytes();

    /// <summary>The character that writes a byte.</summary>
    public static char ToCharacter(byte value) => s_characters[value];

    /// <summary>The byte that a character writes, or -1.</summary>
    public static int ToByte(int character) => (uint)character < (uint)s_bytes.Length ? s_bytes[character] : -1;

    /// <summary>
    /// Turns a token's text, as UTF-8, into the bytes it stands for; <paramref name="destination"/> must be as long as the text. Returns
    /// false when some character is not of the alphabet.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        for (var index = 0; index < text.Length; index++)
        {
            int character = text[index];
            if (character >= 0x80)
            {
                if (character is < 0xC2 or > 0xDF || ++index == text.Length)
                {
                    return false;
                }

                character = (character & 0x1F) << 6 | text[index] & 0x3F;
            }

            var value = ToByte(character);
            if (value < 0)
            {
                return false;
            }

            destination[written++] = (byte)value;
        }

        return true;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            characters[value] = isPrintable ? (char)value : (char)next++;
        }

        return characters;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[s_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[s_characters[value]] = (short)value;
        }

        return bytes;
    }
}
