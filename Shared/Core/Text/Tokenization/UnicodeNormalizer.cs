using System.Globalization;
using System.Text;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization;

/// <summary>
/// Applies Unicode normalization forms, keeping track of who wrote what. Works stretch by stretch: an ASCII character never combines with
/// what stands before it, so that each "ASCII character and the non-ASCII run after it" is normalized alone. Long runs are cut where the
/// next character combines with none before it. Only a run of more than <see cref="LongestMarks"/> combining marks is cut within: to sort
/// an endless one would take quadratic time.
/// </summary>
internal sealed class UnicodeNormalizer(IReadOnlyList<NormalizationForm> forms)
{
    private const int LongestRun = 256;
    private const int LongestMarks = 256;

    /// <summary>False when this process cannot normalize (invariant globalization without ICU composes nothing, and says nothing).</summary>
    public static bool IsAvailable => "e\u0301".Normalize(NormalizationForm.FormC) == "\u00E9";

    /// <summary>Normalizes a text of unknown origin.</summary>
    public string Normalize(string text) => Normalize(text.AsMemory(), TemplateSpans.All(text.Length)).Text.ToString();

    /// <summary>Normalizes a text; characters made from both origins count as the request's.</summary>
    public (ReadOnlyMemory<char> Text, TemplateSpans Template) Normalize(ReadOnlyMemory<char> source, TemplateSpans template)
    {
        var text = source.Span;
        StringBuilder? result = null;
        var spans = new TemplateSpans();
        var copied = 0;
        for (var start = NextRun(text, 0); start < text.Length;)
        {
            var end = EndOfRun(text, start);
            if (!IsNormalized(text[start..end]))
            {
                result ??= new(text.Length + 16);
                Copy(text, template, copied, start, result, spans);
                AppendNormalized(text[start..end], template.Covers(start, end), result, spans);
                copied = end;
            }

            start = NextRun(text, end);
        }

        if (result is null)
        {
            return (source, template);
        }

        Copy(text, template, copied, text.Length, result, spans);
        return (result.ToString().AsMemory(), spans);
    }

    private static void Copy(
        ReadOnlySpan<char> text, TemplateSpans template, int start, int end, StringBuilder result, TemplateSpans spans)
    {
        spans.AddSlice(template, start, end, at: result.Length);
        result.Append(text[start..end]);
    }

    private void AppendNormalized(ReadOnlySpan<char> run, bool isTemplate, StringBuilder result, TemplateSpans spans)
    {
        var at = result.Length;
        result.Append(forms.Aggregate(run.ToString(), (text, form) => text.Normalize(form)));
        if (isTemplate)
        {
            spans.Add(at, result.Length);
        }
    }

    private bool IsNormalized(ReadOnlySpan<char> run)
    {
        foreach (var form in forms)
        {
            if (!run.IsNormalized(form))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where the next run to look at begins: one before the next non-ASCII character.</summary>
    private static int NextRun(ReadOnlySpan<char> text, int from)
    {
        var offset = text[from..].IndexOfAnyExceptInRange('\0', '\x7F');
        return offset < 0 ? text.Length : from + Math.Max(0, offset - 1);
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int start)
    {
        var rest = text[(start + 1)..];
        var offset = rest.IndexOfAnyInRange('\0', '\x7F');
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
