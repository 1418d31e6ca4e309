using System.Globalization;
using System.Text;

namespace Rill.Text.Patterns;

/// <summary>Reads UTF-16 text by code points; a lone surrogate counts as a code point of its own.</summary>
internal static class CodePoint
{
    public const int Limit = 0x110000;

    /// <summary>The code point at <paramref name="index"/> and its length in UTF-16 units (1 or 2).</summary>
    public static int Read(ReadOnlySpan<char> text, int index, out int length)
    {
        var unit = text[index];
        if (char.IsHighSurrogate(unit) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(unit, text[index + 1]);
        }

        length = 1;
        return unit;
    }

    /// <summary>The index of the code point that ends just before <paramref name="end"/>.</summary>
    public static int StepBack(ReadOnlySpan<char> text, int end) =>
        end >= 2 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? end - 2 : end - 1;

    /// <summary>True when a position lies between the two halves of a surrogate pair.</summary>
    public static bool SplitsPair(ReadOnlySpan<char> text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);

    public static UnicodeCategory Category(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint);

    /// <summary>Unicode's White_Space property.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    /// <summary>Unicode's \w: alphabetic characters, marks, decimal digits, connectors, and the two joiners.</summary>
    public static bool IsWord(int codePoint) => Category(codePoint) switch
    {
        <= UnicodeCategory.LetterNumber => true,
        UnicodeCategory.ConnectorPunctuation => true,
        UnicodeCategory.OtherSymbol => IsEnclosedLetter(codePoint),
        _ => codePoint is 0x200C or 0x200D,
    };

    /// <summary>Replaces lone surrogates by U+FFFD, as UTF-8 would; the length and every other position stay.</summary>
    public static string Repair(string text)
    {
        var index = FindLoneSurrogate(text);
        return index < 0 ? text : string.Create(text.Length, text, static (units, source) =>
        {
            source.CopyTo(units);
            for (var at = 0; at < units.Length; at++)
            {
                if (!char.IsSurrogate(units[at]))
                {
                    continue;
                }

                if (at + 1 < units.Length && char.IsSurrogatePair(units[at], units[at + 1]))
                {
                    at++;
                }
                else
                {
                    units[at] = (char)Rune.ReplacementChar.Value;
                }
            }
        });
    }

    /// <summary>Letters in circles and squares: symbols by category, but alphabetic.</summary>
    private static bool IsEnclosedLetter(int codePoint) =>
        codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189);

    private static int FindLoneSurrogate(ReadOnlySpan<char> text)
    {
        for (var from = 0; ;)
        {
            var offset = text[from..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (offset < 0)
            {
                return -1;
            }

            var index = from + offset;
            Read(text, index, out var length);
            if (length == 1)
            {
                return index;
            }

            from = index + 2;
        }
    }
}
