namespace Rill.Text;

/// <summary>Looks at the end of UTF-8 bytes for the beginning of a character.</summary>
internal static class Utf8Tail
{
    /// <summary>The most bytes that can begin a character without finishing it.</summary>
    public const int Longest = 3;

    /// <summary>How many bytes at the end (0 to 3) begin a character that further bytes may complete.</summary>
    public static int IncompleteLength(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(Longest, bytes.Length); length++)
        {
            var value = bytes[^length];
            if ((value & 0xC0) == 0x80)
            {
                continue;
            }

            return value >= 0xC2 && length < SequenceLength(value) && IsPossible(bytes[^length..]) ? length : 0;
        }

        return 0;
    }

    private static int SequenceLength(byte lead) => lead switch
    {
        < 0xC2 => 1,
        < 0xE0 => 2,
        < 0xF0 => 3,
        < 0xF5 => 4,
        _ => 1,
    };

    /// <summary>False for second bytes that no character has: overlong forms, surrogates, beyond U+10FFFF.</summary>
    private static bool IsPossible(ReadOnlySpan<byte> start) => start.Length < 2 || start[0] switch
    {
        0xE0 => start[1] >= 0xA0,
        0xED => start[1] < 0xA0,
        0xF0 => start[1] >= 0x90,
        0xF4 => start[1] < 0x90,
        _ => true,
    };
}
