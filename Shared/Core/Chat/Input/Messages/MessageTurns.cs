using System.Text.Json;
using Rill.OpenAI;

namespace Rill.Chat.Input.Messages;

/// <summary>A request's conversation, as chat has it.</summary>
/// <param name="Messages">The turns, the system's first.</param>
/// <param name="IsOpen">True where the last turn is an assistant's, which the answer goes on with.</param>
internal sealed record MessageTurns(IReadOnlyList<ChatMessage> Messages, bool IsOpen)
{
    /// <summary>Clients write it as a system block of its own; it changes from request to request, and spoils the prefix cache.</summary>
    private const string Attribution = "x-anthropic-billing-header:";

    private const string Between = "\n\n";

    /// <summary>Reads system and messages. Turns of one role in a row are one turn.</summary>
    public static MessageTurns Read(JsonField fields)
    {
        var chat = new List<ChatMessage>();
        if (fields["system"] is { IsPresent: true } system && MessageText.Read(system, "system") is { } texts)
        {
            AddSystem(chat, texts);
        }

        var field = fields["messages"];
        if (!field.IsPresent)
        {
            field.Miss();
        }

        var turns = Merge(field.Array(InputTurn.Read, ChatRequestRules.MaxMessages) ?? []);
        if (field.Value.ValueKind == JsonValueKind.Array && field.Value.GetArrayLength() == 0)
        {
            field.Refuse("must hold at least one message.");
        }

        var calls = new HashSet<string>();
        foreach (var turn in turns)
        {
            Add(chat, turn, calls);
        }

        return new MessageTurns(chat, Open(chat, turns, field));
    }

    private static List<InputTurn> Merge(IReadOnlyList<InputTurn> turns)
    {
        var merged = new List<InputTurn>();
        foreach (var turn in turns)
        {
            if (merged is [.., { } last] && last.Role == turn.Role)
            {
                merged[^1] = last with { Blocks = [.. last.Blocks, .. turn.Blocks] };
            }
            else
            {
                merged.Add(turn);
            }
        }

        return merged;
    }

    private static void Add(List<ChatMessage> chat, InputTurn turn, HashSet<string> calls)
    {
        IReadOnlyList<string> texts = [.. turn.Blocks.OfType<InputText>().Select(block => block.Text)];
        switch (turn.Role)
        {
            case "system":
                AddSystem(chat, texts);
                break;
            case "assistant":
                chat.Add(Assistant(turn, texts));
                calls.UnionWith(turn.Blocks.OfType<InputToolUse>().Select(call => call.Id));
                break;
            default:
                AddResults(chat, turn, calls);
                if (texts.Count > 0)
                {
                    chat.Add(new ChatMessage("user", Content(texts)));
                }

                break;
        }
    }

    private static void AddSystem(List<ChatMessage> chat, IEnumerable<string> texts)
    {
        var text = string.Join(Between, texts.Where(text => !text.StartsWith(Attribution, StringComparison.Ordinal)));
        if (text.Length > 0)
        {
            chat.Add(new ChatMessage("system", new MessageContent(text)));
        }
    }

    /// <summary>Results come before the text of their turn, since they answer the turn before.</summary>
    private static void AddResults(List<ChatMessage> chat, InputTurn turn, HashSet<string> calls)
    {
        foreach (var result in turn.Blocks.OfType<InputToolResult>())
        {
            if (!calls.Contains(result.CallId))
            {
                result.Id.Refuse("names no tool_use of an earlier message.");
            }

            chat.Add(new ChatMessage("tool", new MessageContent(result.Text)) { ToolCallId = result.CallId });
        }
    }

    private static ChatMessage Assistant(InputTurn turn, IReadOnlyList<string> texts)
    {
        var calls = turn.Blocks.OfType<InputToolUse>().ToList();
        var thoughts = turn.Blocks.OfType<InputThinking>().Where(block => block.Text is not null).Select(block => block.Text).ToList();
        return new ChatMessage("assistant", texts.Count > 0 ? Content(texts) : calls.Count > 0 ? null : new MessageContent(""))
        {
            ToolCalls = calls.Count > 0 ? JsonSerializer.SerializeToElement(calls.Select(Call).ToList(), OpenAIJson.Wire.ListToolCall) : null,
            Reasoning = thoughts.Count > 0 ? string.Join('\n', thoughts) : null,
        };
    }

    private static ToolCall Call(InputToolUse call) => new(call.Id, new FunctionCall(call.Name, call.Arguments));

    private static MessageContent Content(IReadOnlyList<string> texts) => texts is [var text] ? new(text) : new(texts);

    /// <summary>
    /// Whether the last turn is to be gone on with. One that says nothing is left out; one that calls a tool has to be answered first.
    /// </summary>
    private static bool Open(List<ChatMessage> chat, List<InputTurn> turns, JsonField messages)
    {
        if (turns is not [.., { Role: "assistant" }])
        {
            return false;
        }

        if (chat[^1].ToolCalls is not null)
        {
            messages.Refuse("must not end with a tool_use: answer it with a tool_result.");
        }

        if (!string.IsNullOrWhiteSpace(chat[^1].Content?.Text))
        {
            return true;
        }

        chat.RemoveAt(chat.Count - 1);
        return false;
    }
}

/// <summary>A turn of a conversation.</summary>
/// <param name="Role">user, assistant or system.</param>
/// <param name="Blocks">What it consists of; a string is one text block.</param>
internal sealed record InputTurn(string Role, IReadOnlyList<InputBlock> Blocks)
{
    /// <summary>Reads a message.</summary>
    public static InputTurn? Read(JsonField field)
    {
        if (!field.CheckObject())
        {
            return null;
        }

        var (role, content) = (field["role"], field["content"]);
        if (!role.IsPresent)
        {
            role.Miss();
        }
        else if (role.String() is not ("user" or "assistant" or "system" or null))
        {
            role.Refuse("must be user, assistant or system.");
        }

        if (!content.IsPresent)
        {
            content.Miss();
        }

        if (role.String() is not { } name)
        {
            return null;
        }

        if (content.Value.ValueKind == JsonValueKind.String)
        {
            return content.String() is { } text ? new(name, [new InputText(text)]) : null;
        }

        if (content.Value is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() == 0 && name != "assistant")
        {
            content.Refuse("must have at least one block.");
        }

        return content.Array(block => InputBlock.Read(block, name), ChatRequestRules.MaxParts) is { } blocks ? new(name, blocks) : null;
    }
}
