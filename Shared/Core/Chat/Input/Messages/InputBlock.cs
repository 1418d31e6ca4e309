using Rill.Anthropic;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>A block of a message.</summary>
internal abstract record InputBlock
{
    /// <summary>Reads a block of a message of this role.</summary>
    public static InputBlock? Read(JsonField field, string role)
    {
        if (!field.CheckObject())
        {
            return null;
        }

        var type = field["type"];
        if (!type.IsPresent)
        {
            type.Miss();
            return null;
        }

        switch (type.String(), role)
        {
            case ("text", _):
                return Required(field["text"]) is { } text ? new InputText(text) : null;
            case ("thinking", "assistant"):
                return new InputThinking(ReadThinking(field));
            case ("redacted_thinking", "assistant"):
                return new InputThinking(null);    // another server's: nobody here can read it
            case ("tool_use", "assistant"):
                return InputToolUse.Read(field);
            case ("tool_result", "user"):
                return InputToolResult.Read(field);
            case (null, _):
                return null;
            case (var other, _):
                Refuse(field, other, role);
                return null;
        }
    }

    /// <summary>A string that must be there.</summary>
    protected static string? Required(JsonField field)
    {
        if (!field.IsPresent)
        {
            field.Miss();
        }

        return field.String();
    }

    private static string? ReadThinking(JsonField field)
    {
        var (thinking, signature) = (field["thinking"].String(), field["signature"].String());
        return !string.IsNullOrEmpty(thinking) ? thinking : signature is null ? null : ThinkingSignature.TextOf(signature);
    }

    private static void Refuse(JsonField field, string type, string role) => field.RefuseUnsupported(
        $"{field.Path} is of the type {(type.Length <= 64 ? type : type[..64])}, but a message of role {role} may have blocks of the type " + role switch
        {
            "assistant" => "text, thinking, redacted_thinking and tool_use alone.",
            "user" => "text and tool_result alone.",
            _ => "text alone.",
        });
}

/// <summary>Text.</summary>
/// <param name="Text">The text.</param>
internal sealed record InputText(string Text) : InputBlock;

/// <summary>An earlier thought.</summary>
/// <param name="Text">Its text; null where it cannot be read.</param>
internal sealed record InputThinking(string? Text) : InputBlock;
