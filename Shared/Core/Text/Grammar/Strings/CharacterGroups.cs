using System.Buffers;
using System.Text;

namespace Rill.Text.Grammar.Strings;

/// <summary>
/// Divides the characters that a JSON string holds as they are into groups which patterns mostly take or refuse whole. Where a state takes
/// some groups in any order, the tokens of which it is known to take all are found by the groups of their characters, without a walk.
/// </summary>
internal static class CharacterGroups
{
    /// <summary>The bit of what is in no group: a character that needs an escape, or is not whole.</summary>
    public const uint Other = 1u << 31;

    /// <summary>Most bytes of a token that is found by its groups.</summary>
    public const int LongestToken = 16;

    /// <summary>The bit of the letters of which most tokens have one.</summary>
    public const uint MostTokens = 1u;

    private static readonly string[] s_ascii =
    [
        "ghijklmnopqrstuvwxyz", "abcdef", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ", "0123456789", " ", "-", "_", ".", "/", ":", "@", ",", "+", "%", "#", "=", "&",
        "?", "~", "!$'()*;", "<>[]^`{|}\u007F",
    ];

    private static readonly CodePointRanges s_lineEnds = CodePointRanges.Of((0x2028, 0x2029));
    private static readonly CodePointRanges s_spaces =
        CodePointRanges.Of((0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    private static readonly CodePointRanges s_others = CodePointRanges.Of(
        (0x80, 0x9F), (0xA1, 0x167F), (0x1681, 0x1FFF), (0x200B, 0x2027), (0x202A, 0x202E), (0x2030, 0x205E), (0x2060, 0x2FFF), (0x3001, 0xD7FF),
        (0xE000, 0xFEFE), (0xFF00, CodePointRanges.Last));

    private static readonly uint[] s_bits = Bits();

    /// <summary>The members of each group; the bit of the first is 1.</summary>
    public static IReadOnlyList<CodePointRanges> Members { get; } =
        [.. s_ascii.Select(letters => CodePointRanges.Of([.. letters.Select(letter => ((int)letter, (int)letter))])), s_lineEnds, s_spaces, s_others];

    /// <summary>The bits of the groups of a token's characters.</summary>
    public static uint Of(ReadOnlySpan<byte> text)
    {
        var bits = text.Length > LongestToken ? Other : 0;
        while (text.Length > 0 && bits < Other)
        {
            bits |= Rune.DecodeFromUtf8(text, out var rune, out var length) == OperationStatus.Done ? Of(rune.Value) : Other;
            text = text[length..];
        }

        return bits;
    }

    private static uint Of(int codePoint) => codePoint < s_bits.Length ? s_bits[codePoint]
        : 1u << (s_ascii.Length + (Holds(s_lineEnds, codePoint) ? 0 : Holds(s_spaces, codePoint) ? 1 : 2));

    private static bool Holds(CodePointRanges set, int codePoint)
    {
        foreach (var (first, last) in set.Ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }
        }

        return false;
    }

    private static uint[] Bits()
    {
        var bits = new uint[128];
        Array.Fill(bits, Other);
        foreach (var (group, letters) in s_ascii.Index())
        {
            foreach (var letter in letters)
            {
                bits[letter] = 1u << group;
            }
        }

        return bits;
    }
}
