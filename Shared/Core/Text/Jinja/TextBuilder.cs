using System.Text;

namespace Rill.Text.Jinja;

/// <summary>Builds a text, keeping track of who wrote what; refuses to grow without end.</summary>
internal sealed class TextBuilder
{
    /// <summary>The longest text a template may make, in UTF-16 units.</summary>
    public const int LongestText = 16 << 20;

    private readonly StringBuilder _text = new();
    private readonly List<(int Start, int End)> _request = [];

    public int Length => _text.Length;

    /// <summary>Refuses a text of a length that is known before it is built.</summary>
    public static void CheckLength(long length)
    {
        if (length > LongestText)
        {
            throw new ChatTemplateException($"The chat template makes a text of more than {LongestText} characters.");
        }
    }

    public TextBuilder Append(string text, bool fromRequest = false)
    {
        CheckLength((long)_text.Length + text.Length);
        var start = _text.Length;
        _text.Append(text);
        if (fromRequest)
        {
            MarkRequest(start, _text.Length);
        }

        return this;
    }

    public TextBuilder Append(JinjaText text) => Append(text, 0, text.Length);

    /// <summary>Appends a text so many times; not at all when the number is negative.</summary>
    public TextBuilder Append(JinjaText text, long count)
    {
        // Neither factor exceeds 2 to the power of 31.
        CheckLength(_text.Length + text.Length * Math.Min(count, int.MaxValue));
        if (text.Length > 0 && text.RequestSpans is [] or [(0, _)] && (text.RequestSpans is not [(_, var end)] || end == text.Length))
        {
            var start = _text.Length;
            _text.Insert(start, text.Value, (int)Math.Max(0, count));
            if (text.HasRequest)
            {
                MarkRequest(start, _text.Length);
            }

            return this;
        }

        for (; count > 0 && text.Length > 0; count--)
        {
            Append(text);
        }

        return this;
    }

    /// <summary>Appends a part of a text, in UTF-16 units.</summary>
    public TextBuilder Append(JinjaText text, int start, int end)
    {
        CheckLength((long)_text.Length + end - start);
        RenderContext.Charge(text.RequestSpans.Count);
        var at = _text.Length - start;
        _text.Append(text.Value, start, end - start);
        foreach (var span in text.RequestSpans)
        {
            MarkRequest(Math.Max(span.Start, start) + at, Math.Min(span.End, end) + at);
        }

        return this;
    }

    public JinjaText ToText() => new(_text.ToString(), [.. _request]);

    /// <summary>The text as a prompt.</summary>
    public PromptText ToPrompt()
    {
        var text = _text.ToString();
        var runs = new List<PromptRun>();
        var position = 0;
        foreach (var (start, end) in _request)
        {
            runs.Add(new(text[position..start], FromRequest: false));
            runs.Add(new(text[start..end], FromRequest: true));
            position = end;
        }

        runs.Add(new(text[position..], FromRequest: false));
        return new(runs);
    }

    private void MarkRequest(int start, int end)
    {
        if (start >= end)
        {
            return;
        }

        if (_request.Count > 0 && _request[^1].End == start)
        {
            _request[^1] = (_request[^1].Start, end);
        }
        else
        {
            _request.Add((start, end));
        }
    }
}
