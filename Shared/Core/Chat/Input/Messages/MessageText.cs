using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>Reads what is a string or a list of text blocks: a system prompt, a tool's result.</summary>
internal static class MessageText
{
    /// <summary>The texts; null, with an error reported, where the field holds something else.</summary>
    /// <param name="field">The field.</param>
    /// <param name="owner">Whose text it is, for the message of an error.</param>
    public static IReadOnlyList<string>? Read(JsonField field, string owner)
    {
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            return field.String() is { } text ? [text] : null;
        }

        return field.Array(block => InputBlock.Read(block, owner), ChatRequestRules.MaxParts) is { } blocks
            ? [.. blocks.Cast<InputText>().Select(block => block.Text)]
            : null;
    }
}
