using System.Text;

namespace Rill.Text.Tokenization.Normalizers;

/// <summary>Replaces stretches of a text from left to right; makes no copy when there is nothing to replace.</summary>
internal ref struct NormalizedTextBuilder(NormalizedText source)
{
    private readonly ReadOnlySpan<char> _text = source.Text.Span;
    private readonly TemplateSpans _spans = new();
    private StringBuilder? _result;
    private int _copied;
    private bool _beginsPrompt = source.BeginsPrompt;

    /// <summary>
    /// Replaces [start, end), which begins no earlier than the last one ended. The replacement counts as the template's when the template
    /// wrote all it replaces; an insertion (start equals end) when it wrote the character behind.
    /// </summary>
    public void Replace(int start, int end, scoped ReadOnlySpan<char> replacement)
    {
        _result ??= new(_text.Length + 16);
        Copy(start);
        source.Budget.Make(replacement.Length);
        var at = _result.Length;
        _result.Append(replacement);
        if (source.Template.Covers(start, Math.Max(end, start + 1)))
        {
            _spans.Add(at, _result.Length);
        }

        _beginsPrompt &= start > 0 || end == 0 || !replacement.IsEmpty;
        _copied = end;
    }

    /// <summary>The text with all replacements made.</summary>
    public NormalizedText Build()
    {
        if (_result is null)
        {
            return source;
        }

        Copy(_text.Length);
        return source with { Text = _result.ToString().AsMemory(), Template = _spans, BeginsPrompt = _beginsPrompt };
    }

    private void Copy(int end)
    {
        source.Budget.Make(end - _copied);
        _spans.AddSlice(source.Template, _copied, end, at: _result!.Length);
        _result.Append(_text[_copied..end]);
    }
}
