using System.Buffers;
using System.Text.Json;

namespace Rill.OpenAI.Responses;

/// <summary>
/// Items as the messages that chat has: what an assistant said, thought and called without anyone between is one turn of his, and
/// instructions share one message with the system's words that follow them, since many templates take no second one.
/// </summary>
internal sealed class ResponseMessages
{
    private readonly List<ChatMessage> _messages = [];
    private readonly Dictionary<string, string> _functions = [];    // by call id
    private readonly List<string> _reasoning = [];
    private readonly List<string> _said = [];
    private readonly List<ResponseItem> _calls = [];
    private bool _isTurnOpen;

    private ResponseMessages()
    {
    }

    /// <summary>The messages of instructions, which may be null, and items without references, oldest first.</summary>
    public static IReadOnlyList<ChatMessage> Of(string? instructions, IEnumerable<ResponseItem> items)
    {
        var messages = new ResponseMessages();
        if (instructions is not null)
        {
            messages._messages.Add(new ChatMessage("system", new MessageContent(instructions)));
        }

        foreach (var item in items)
        {
            messages.Add(item, instructions);
        }

        messages.EndTurn();
        return messages._messages;
    }

    private void Add(ResponseItem item, string? instructions)
    {
        switch (item.Type)
        {
            case ResponseItemTypes.Reasoning:
                _isTurnOpen = true;
                _reasoning.AddRange(Texts(item.Content is { Count: > 0 } full ? full : item.Summary!));
                break;
            case ResponseItemTypes.Message when item.Role == "assistant":
                _isTurnOpen = true;
                _said.AddRange(Texts(item.Content!));
                break;
            case ResponseItemTypes.Call:
                _isTurnOpen = true;
                _calls.Add(item);
                _functions[item.CallId!] = item.Name!;
                break;
            case ResponseItemTypes.CallOutput:
                EndTurn();
                _messages.Add(new ChatMessage("tool", new MessageContent(item.Output!))
                {
                    ToolCallId = item.CallId,
                    Name = _functions.GetValueOrDefault(item.CallId!),
                });
                break;
            default:
                EndTurn();
                AddOther(item, instructions);
                break;
        }
    }

    private void AddOther(ResponseItem item, string? instructions)
    {
        var content = Content([.. Texts(item.Content!)]);
        if (instructions is not null && item.Role is "system" or "developer" && _messages is [{ Role: "system", Content: { } said }])
        {
            _messages[0] = new ChatMessage("system", new MessageContent($"{said.Text}\n\n{content.Text}"));
        }
        else
        {
            _messages.Add(new ChatMessage(item.Role!, content));
        }
    }

    private void EndTurn()
    {
        if (!_isTurnOpen)
        {
            return;
        }

        _messages.Add(new ChatMessage("assistant", _said.Count == 0 && _calls.Count > 0 ? null : Content([.. _said]))
        {
            Reasoning = _reasoning.Count > 0 ? string.Join('\n', _reasoning) : null,
            ToolCalls = _calls.Count > 0 ? Calls() : null,
        });
        _reasoning.Clear();
        _said.Clear();
        _calls.Clear();
        _isTurnOpen = false;
    }

    private static MessageContent Content(IReadOnlyList<string> texts) => texts.Count switch
    {
        0 => new MessageContent(""),
        1 => new MessageContent(texts[0]),
        _ => new MessageContent(texts),
    };

    private static IEnumerable<string> Texts(IReadOnlyList<ResponsePart> parts) => parts.Select(part => part.Text ?? part.Refusal!);

    private JsonElement Calls()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var call in _calls)
            {
                writer.WriteStartObject();
                writer.WriteString("id", call.CallId);
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", call.Name);
                writer.WriteString("arguments", call.Arguments);
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
