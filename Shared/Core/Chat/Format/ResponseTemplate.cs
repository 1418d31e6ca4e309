using System.Text.Json;
using Rill.Text;

namespace Rill.Chat.Format;

/// <summary>
/// What a <c>response_template</c> of tokenizer_config.json says of a model's answers (the transformers library, 5.13 on): a field for each of
/// their parts, with what opens and closes it. Read is what a <see cref="MessageFormat"/> can say: fixed marks, calls that are JSON objects. A
/// field that says more, by a pattern say, is left to the chat template.
/// </summary>
internal static class ResponseTemplate
{
    private const string Place = "response_template in tokenizer_config.json";

    private static readonly string[] s_keys = ["version", "defaults", "fields", "start_anchor", "start_anchor_pattern"];

    private static readonly string[] s_fieldKeys =
        ["open", "open_pattern", "close", "close_pattern", "content", "content_args", "repeats", "join", "optional", "transform", "transform_each"];

    private static readonly string[] s_thoughts = ["thinking", "reasoning_content", "reasoning"];

    /// <summary>What it says; without tools or reasoning where it leaves them to the chat template.</summary>
    /// <exception cref="UnsupportedModelException">It has a key that is not known, or lacks its fields.</exception>
    public static MessageFormat Read(JsonElement template)
    {
        Check(template, s_keys, Place);
        if (!template.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Object || !fields.EnumerateObject().Any())
        {
            throw new UnsupportedModelException($"{Place} has no fields.");
        }

        foreach (var field in fields.EnumerateObject())
        {
            Check(field.Value, s_fieldKeys, $"{field.Name} of {Place}");
        }

        return new MessageFormat
        {
            Source = "response_template",
            Reasoning = s_thoughts.Select(name => Field(fields, name)).OfType<JsonElement>().Select(Reasoning).FirstOrDefault(),
            ContentStart = Field(fields, "content") is { } content ? Mark(content, "open") ?? "" : "",
            Tools = Field(fields, "tool_calls") is { } calls ? Calls(calls) : null,
        };
    }

    private static void Check(JsonElement value, string[] keys, string place)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new UnsupportedModelException($"{place} must be an object.");
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!keys.Contains(member.Name))
            {
                throw new UnsupportedModelException($"{place} has the key '{member.Name}', which is not known; there are {string.Join(", ", keys)}.");
            }
        }
    }

    private static JsonElement? Field(JsonElement fields, string name) => fields.TryGetProperty(name, out var field) ? field : null;

    private static ReasoningFormat? Reasoning(JsonElement field) =>
        Mark(field, "close") is { } close && !field.TryGetProperty("open_pattern", out _) ? new ReasoningFormat(Mark(field, "open") ?? "", close) : null;

    private static ToolFormat? Calls(JsonElement field)
    {
        var isPlain = field.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String && content.ValueEquals("json")
            && !field.TryGetProperty("content_args", out _) && !field.TryGetProperty("transform_each", out _);
        if (!isPlain || Mark(field, "open") is not { } open || Mark(field, "close") is not { } close)
        {
            return null;
        }

        var transform = field.TryGetProperty("transform", out var given) ? given : default;
        var name = Path(transform, "name");
        var arguments = Path(transform, "arguments");
        return name is null || arguments is null ? null : new ToolFormat
        {
            Open = open.Trim(),
            Close = close.Trim(),
            Call = [new(CallPartKind.Arguments)],
            Arguments = new(ArgumentKind.JsonObject) { NamePath = name, ArgumentsPath = arguments },
            Parallel = field.TryGetProperty("repeats", out var repeats) && repeats.ValueKind == JsonValueKind.True,
        };
    }

    /// <summary>A mark: a text, or the first of several; null for none, and for a pattern.</summary>
    private static string? Mark(JsonElement field, string key) => !field.TryGetProperty(key, out var mark) ? null : mark.ValueKind switch
    {
        JsonValueKind.String => mark.GetString(),
        JsonValueKind.Array when mark.GetArrayLength() > 0 && mark[0].ValueKind == JsonValueKind.String => mark[0].GetString(),
        _ => null,
    };

    /// <summary>Where in a call's object a member of the result comes from: its own name without a transform; null where that is not said.</summary>
    private static string[]? Path(JsonElement transform, string member)
    {
        if (transform.ValueKind == JsonValueKind.Undefined)
        {
            return [member];
        }

        var function = transform.ValueKind == JsonValueKind.Object && transform.TryGetProperty("function", out var inner) ? inner : transform;
        if (function.ValueKind == JsonValueKind.String && function.ValueEquals("{content}"))
        {
            return [member];
        }

        return function.ValueKind == JsonValueKind.Object && function.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { } place && place.StartsWith("{content.", StringComparison.Ordinal) && place.EndsWith('}')
            ? place["{content.".Length..^1].Split('.')
            : null;
    }
}
