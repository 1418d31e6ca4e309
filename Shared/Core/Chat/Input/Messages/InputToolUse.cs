using System.Runtime.InteropServices;
using System.Text;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>An earlier tool call.</summary>
/// <param name="Id">What its result names.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">The JSON text of its input, as it was given.</param>
internal sealed record InputToolUse(string Id, string Name, string Arguments) : InputBlock
{
    /// <summary>Reads a block.</summary>
    public static InputToolUse? Read(JsonField field)
    {
        var (id, name, input) = (Required(field["id"]), Required(field["name"]), field["input"]);
        return id is null || name is null || !input.CheckObject() ? null
            : new(id, name, input.IsPresent ? Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(input.Value)) : "{}");
    }
}

/// <summary>What a tool has answered.</summary>
/// <param name="Id">The call that it answers, with its place in the request.</param>
/// <param name="Text">The answer.</param>
internal sealed record InputToolResult(JsonField Id, string Text) : InputBlock
{
    private const string ErrorPrefix = "Error: ";

    /// <summary>The call that it answers.</summary>
    public string CallId => Id.String()!;

    /// <summary>Reads a block.</summary>
    public static InputToolResult? Read(JsonField field)
    {
        var id = field["tool_use_id"];
        if (Required(id) is null || ReadContent(field["content"]) is not { } text)
        {
            return null;
        }

        return new(id, field["is_error"].Bool() ?? false ? ErrorPrefix + text : text);
    }

    /// <summary>A text, or text blocks, which are joined by line feeds; nothing is the empty text.</summary>
    private static string? ReadContent(JsonField field) => !field.IsPresent ? ""
        : MessageText.Read(field, "tool result") is { } texts ? string.Join('\n', texts)
        : null;
}
