using System.Text.Json;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>
/// What a caller owes to a chat template, as the transformers library and the servers upon it have it: text parts joined to one text
/// unless the template goes through them, no content as the empty text unless the template asks for none, the arguments of earlier tool
/// calls as objects, and the developer's role under its older name, system, unless the template knows it.
/// </summary>
internal static class MessageNormalizer
{
    public static IReadOnlyList<IReadOnlyDictionary<string, object?>> Fit(
        IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, TemplateContentUse use) => [.. messages.Select(message => Fit(message, use))];

    private static Dictionary<string, object?> Fit(IReadOnlyDictionary<string, object?> message, TemplateContentUse use)
    {
        var fitted = new Dictionary<string, object?>(message)
        {
            ["content"] = FitContent(message.GetValueOrDefault("content"), use),
        };
        if (TextOf(message.GetValueOrDefault("role")) == "developer" && !use.KnowsDeveloper)
        {
            fitted["role"] = "system";
        }

        if (message.GetValueOrDefault("tool_calls") is JsonElement { ValueKind: JsonValueKind.Array } calls)
        {
            fitted["tool_calls"] = ToolCallHistory.Read(calls);
        }

        return fitted;
    }

    private static object? FitContent(object? content, TemplateContentUse use)
    {
        if (content is null or JsonElement { ValueKind: JsonValueKind.Null })
        {
            return use.AsksForNone ? null : new RequestText("");
        }

        if (use.GoesThroughParts)
        {
            return !use.AsksForText && TextOf(content) is { } text ? new[] { Part(text) } : content;
        }

        return TextsOf(content) is { } texts ? new RequestText(string.Join('\n', texts)) : content;
    }

    /// <summary>A text part as the wire has it.</summary>
    public static Dictionary<string, object?> Part(string text) => new() { ["type"] = "text", ["text"] = new RequestText(text) };

    /// <summary>The texts of a list of text parts; null when the content is no list, or holds something else than text.</summary>
    public static IReadOnlyList<string>? TextsOf(object? content)
    {
        var texts = content switch
        {
            JsonElement { ValueKind: JsonValueKind.Array } parts => parts.EnumerateArray().Select(TextOfPart),
            IEnumerable<IReadOnlyDictionary<string, object?>> parts => parts.Select(part => TextOf(part.GetValueOrDefault("text"))),
            _ => null,
        };
        var found = new List<string>();
        foreach (var text in texts ?? [null])
        {
            if (text is null)
            {
                return null;
            }

            found.Add(text);
        }

        return found;
    }

    /// <summary>The characters of a text, whoever wrote it; null for any other value.</summary>
    public static string? TextOf(object? value)
    {
        try
        {
            return value switch
            {
                string text => text,
                RequestText text => text.Value,
                JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            throw new ChatTemplateException("The conversation holds a string that is not valid Unicode.");
        }
    }

    private static string? TextOfPart(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) ? TextOf(text) : TextOf(part);
}
