using System.Buffers;

namespace Rill.Text.Jinja;

/// <summary>
/// Marks that a template writes around an assistant's tool calls and reasoning. An earlier answer that comes back as text holds them as the
/// model wrote them: there they count as the template's, so that the tokens are those that the model wrote. Immutable and thread-safe.
/// </summary>
internal sealed class AnswerMarks(IReadOnlyCollection<string> marks)
{
    private static readonly JinjaText s_role = JinjaText.OfTemplate("role");
    private static readonly JinjaText s_content = JinjaText.OfTemplate("content");
    private static readonly JinjaText s_text = JinjaText.OfTemplate("text");

    private readonly string[] _longestFirst = [.. marks.OrderByDescending(mark => mark.Length)];
    private readonly SearchValues<string> _any = SearchValues.Create([.. marks], StringComparison.Ordinal);

    /// <summary>Marks the content of the assistant's turns in a list of messages, and returns the list.</summary>
    public object? Apply(object? messages)
    {
        foreach (var message in ((messages as ListValue)?.Items ?? []).OfType<DictValue>())
        {
            if (message.TryGet(s_role, out var role) && role is JinjaText { Value: "assistant" })
            {
                ApplyTo(message, s_content);
            }
        }

        return messages;
    }

    private void ApplyTo(DictValue holder, JinjaText key)
    {
        switch (holder.TryGet(key, out var content) ? content : null)
        {
            case JinjaText text:
                holder.Set(key, Mark(text));
                break;
            case ListValue parts when key == s_content:
                foreach (var part in parts.Items.OfType<DictValue>())
                {
                    ApplyTo(part, s_text);
                }

                break;
        }
    }

    /// <summary>An answer's text, with its marks as the template's.</summary>
    public JinjaText Mark(JinjaText text)
    {
        var builder = new TextBuilder();
        var copied = 0;
        for (var start = Next(text, 0); start >= 0; start = Next(text, copied))
        {
            var mark = Array.Find(_longestFirst, mark => string.CompareOrdinal(text.Value, start, mark, 0, mark.Length) == 0)!;
            builder.Append(text, copied, start).Append(mark);
            copied = start + mark.Length;
        }

        return copied == 0 ? text : builder.Append(text, copied, text.Length).ToText();
    }

    private int Next(JinjaText text, int from)
    {
        var offset = text.Value.AsSpan(from).IndexOfAny(_any);
        return offset < 0 ? -1 : from + offset;
    }
}
