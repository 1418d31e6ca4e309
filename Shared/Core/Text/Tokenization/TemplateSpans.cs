namespace Rill.Text.Tokenization;

/// <summary>The stretches of a text that the template wrote: sorted, apart, none empty. All other characters came from the request.</summary>
internal sealed class TemplateSpans
{
    private readonly List<(int Start, int End)> _spans = [];

    /// <summary>The stretches of a rendered prompt.</summary>
    public static TemplateSpans Of(PromptText prompt)
    {
        var spans = new TemplateSpans();
        var position = 0;
        foreach (var run in prompt.Runs)
        {
            if (!run.FromRequest)
            {
                spans.Add(position, position + run.Text.Length);
            }

            position += run.Text.Length;
        }

        return spans;
    }

    /// <summary>Everything from the template.</summary>
    public static TemplateSpans All(int length)
    {
        var spans = new TemplateSpans();
        spans.Add(0, length);
        return spans;
    }

    /// <summary>Adds a stretch that begins no earlier than the last one ends; neighbours are joined.</summary>
    public void Add(int start, int end)
    {
        if (start >= end)
        {
            return;
        }

        if (_spans.Count > 0 && _spans[^1].End == start)
        {
            start = _spans[^1].Start;
            _spans.RemoveAt(_spans.Count - 1);
        }

        _spans.Add((start, end));
    }

    /// <summary>Adds the stretches of [start, end) of another text, which stand at <paramref name="at"/> in this one.</summary>
    public void AddSlice(TemplateSpans other, int start, int end, int at)
    {
        for (var index = other.FirstEndingAfter(start); index < other._spans.Count && other._spans[index].Start < end; index++)
        {
            var span = other._spans[index];
            Add(Math.Max(span.Start, start) - start + at, Math.Min(span.End, end) - start + at);
        }
    }

    /// <summary>
    /// Where the stretch of one origin ends that a position lies in, and whether the template wrote it, in a text of <paramref name="length"/>.
    /// </summary>
    public (int End, bool IsTemplate) StretchAt(int position, int length)
    {
        var index = FirstEndingAfter(position);
        if (index == _spans.Count)
        {
            return (length, false);
        }

        var (start, end) = _spans[index];
        return start <= position ? (end, true) : (start, false);
    }

    /// <summary>True when the template wrote all of [start, end).</summary>
    public bool Covers(int start, int end)
    {
        var index = FirstEndingAfter(start);
        return index < _spans.Count && _spans[index].Start <= start && _spans[index].End >= end;
    }

    private int FirstEndingAfter(int position)
    {
        var (low, high) = (0, _spans.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _spans[middle].End > position ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
