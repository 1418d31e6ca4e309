namespace Rill.Text.Jinja;

/// <summary>
/// A string of the interpreter: characters, and which of them came from the request. Immutable; equality is by characters alone.
/// </summary>
internal sealed class JinjaText : IEquatable<JinjaText>
{
    public static readonly JinjaText Empty = OfTemplate("");

    private const int TextWork = 32;

    private readonly (int Start, int End)[] _request;
    private int _hash;

    /// <summary>Creates a text from its characters and the stretches of them that came from the request: sorted, apart, none empty.</summary>
    public JinjaText(string value, (int Start, int End)[] request)
    {
        RenderContext.Charge(TextWork + value.Length + request.Length);
        TextBuilder.CheckLength(value.Length);
        (Value, _request) = (value, request);
    }

    public string Value { get; }

    /// <summary>
    /// True after the filters safe and escape: adding a text that is not so marked escapes that for HTML, as Python's Markup does. Chat
    /// templates stumble over it, and their models were trained on what came out.
    /// </summary>
    public bool IsMarkup { get; private init; }

    public int Length => Value.Length;

    /// <summary>True when some character came from the request.</summary>
    public bool HasRequest => _request.Length > 0;

    /// <summary>The stretches that came from the request.</summary>
    public IReadOnlyList<(int Start, int End)> RequestSpans => _request;

    public static JinjaText OfTemplate(string value) => new(value, []);

    public static JinjaText OfRequest(string value) => new(value, value.Length == 0 ? [] : [(0, value.Length)]);

    public JinjaText AsMarkup() => new(Value, _request) { IsMarkup = true };

    /// <summary>Characters made from this text as a whole: the request's when any of its own are.</summary>
    public JinjaText Derive(string value) => HasRequest ? OfRequest(value) : OfTemplate(value);

    /// <summary>This text with each character replaced by one other; falls back to <see cref="Derive"/> when the length has changed.</summary>
    public JinjaText Recase(string value) => value.Length == Length ? new(value, _request) : Derive(value);

    /// <summary>The text from <paramref name="start"/> to <paramref name="end"/>, in UTF-16 units.</summary>
    public JinjaText Slice(int start, int end)
    {
        if (start == 0 && end == Length)
        {
            return this;
        }

        var slice = new JinjaText(Value[start..end], SliceRequest(start, end));
        return IsMarkup ? slice.AsMarkup() : slice;
    }

    /// <summary>The text without the characters of a set at its ends; without white space when the set is null.</summary>
    public JinjaText Trim(string? characters, bool atStart, bool atEnd)
    {
        var (start, end) = (0, Length);
        while (atStart && start < end && Strips(start, out var length))
        {
            start += length;
        }

        while (atEnd && end > start)
        {
            var last = end - (end - start >= 2 && char.IsSurrogatePair(Value[end - 2], Value[end - 1]) ? 2 : 1);
            if (!Strips(last, out _))
            {
                break;
            }

            end = last;
        }

        return Slice(start, end);

        bool Strips(int index, out int length)
        {
            length = index + 1 < Length && char.IsSurrogatePair(Value[index], Value[index + 1]) ? 2 : 1;
            return characters is null
                ? PythonCharacters.IsSpace(Value[index])
                : characters.AsSpan().IndexOf(Value.AsSpan(index, length)) >= 0;
        }
    }

    public bool Equals(JinjaText? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as JinjaText);

    public override int GetHashCode()
    {
        if (_hash == 0)
        {
            RenderContext.Charge(Value.Length);
            _hash = Value.GetHashCode(StringComparison.Ordinal);
        }

        return _hash;
    }

    public override string ToString() => Value;

    private (int Start, int End)[] SliceRequest(int start, int end)
    {
        if (start >= end || _request.Length == 0)
        {
            return [];
        }

        RenderContext.Charge(_request.Length);
        return _request is [(0, var length)] && length == Length
            ? [(0, end - start)]
            : [.. _request.Select(span => (Start: Math.Max(span.Start, start) - start, End: Math.Min(span.End, end) - start))
                .Where(span => span.Start < span.End)];
    }
}
