using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rill.OpenAI;

/// <summary>Reads the fields that go to the chat template as they are: documents and chat_template_kwargs.</summary>
internal static partial class TemplateFields
{
    /// <summary>The array of documents as it was given; null when there is none.</summary>
    public static JsonElement? ReadDocuments(JsonField field)
    {
        var documents = field.Array(document => document.CheckObject() ? document.Path : null, ChatRequestRules.MaxDocuments);
        return documents is { Count: > 0 } ? field.Value.Clone() : null;
    }

    /// <summary>Names to strings, numbers, booleans or nulls.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ReadArguments(JsonField field)
    {
        var arguments = new Dictionary<string, JsonElement>();
        if (!field.CheckObject() || !field.IsPresent || !field.CheckCount(field.Value.GetPropertyCount(), ChatRequestRules.MaxTemplateArguments))
        {
            return arguments;
        }

        foreach (var (name, argument) in field.Members())
        {
            if (!VariableName().IsMatch(name))
            {
                field.Refuse("must have names of 1 to 64 letters, digits and underscores, which do not begin with a digit.");
            }
            else if (argument.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            {
                argument.Refuse("must be a string, a number, a boolean or null.");
            }
            else
            {
                arguments[name] = argument.Value.Clone();
            }
        }

        return arguments;
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex VariableName();
}
