using System.Buffers;
using System.Globalization;
using System.Text;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.Normalizers;

/// <summary>
/// Applies Unicode normalization forms, keeping track of who wrote what. Works stretch by stretch: an ASCII character never combines with
/// what stands before it, so that each "ASCII character and the non-ASCII run after it" is normalized alone. Long runs are cut where the
/// next character combines with none before it. Only a run of more than <see cref="LongestMarks"/> combining marks is cut within: to sort
/// an endless one would take quadratic time.
/// </summary>
internal sealed class UnicodeNormalizer(NormalizationForm form) : Normalizer
{
    private const int LongestRun = 256;
    private const int LongestMarks = 256;

    // A character that .NET refuses to look at, though normalization leaves it as it is.
    private const char NeverNormalized = '\uFFFE';

    private static readonly SearchValues<char> s_ends =
        SearchValues.Create([.. Enumerable.Range(0, 0x80).Select(unit => (char)unit), NeverNormalized]);

    /// <summary>False when this process cannot normalize (invariant globalization without ICU composes nothing, and says nothing).</summary>
    public static bool IsAvailable => "e\u0301".Normalize(NormalizationForm.FormC) == "\u00E9";

    /// <inheritdoc/>
    public override NormalizedText Apply(NormalizedText source)
    {
        var text = source.Text.Span;
        var result = new NormalizedTextBuilder(source);
        for (var start = NextRun(text, 0); start < text.Length;)
        {
            var end = EndOfRun(text, start);
            if (text[start] != NeverNormalized && !text[start..end].IsNormalized(form))
            {
                result.Replace(start, end, text[start..end].ToString().Normalize(form));
            }

            start = NextRun(text, end);
        }

        return result.Build();
    }

    /// <summary>Where the next run to look at begins: one before the next non-ASCII character.</summary>
    private static int NextRun(ReadOnlySpan<char> text, int from)
    {
        var offset = text[from..].IndexOfAnyExceptInRange('\0', '\x7F');
        return offset < 0 ? text.Length : from + Math.Max(0, offset - 1);
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == NeverNormalized)
        {
            return start + 1;
        }

        var rest = text.Slice(start + 1, Math.Min(text.Length - start - 1, LongestRun + LongestMarks));
        var offset = rest.IndexOfAny(s_ends);
        var length = 1 + (offset < 0 ? rest.Length : offset);
        if (length <= LongestRun)
        {
            return start + length;
        }

        var cut = start + LongestRun;
        var last = Math.Min(start + length, cut + LongestMarks);
        while (cut < last && CombinesBackwards(text, cut))
        {
            cut++;
        }

        return cut < text.Length && CodePoint.SplitsPair(text, cut) ? cut + 1 : cut;
    }

    /// <summary>True for marks, the later letters of a Hangul syllable, and the second half of a surrogate pair.</summary>
    private static bool CombinesBackwards(ReadOnlySpan<char> text, int index)
    {
        var codePoint = CodePoint.Read(text, index, out _);
        return codePoint is >= 0x1160 and <= 0x11FF || CodePoint.Category(codePoint) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Surrogate;
    }
}
