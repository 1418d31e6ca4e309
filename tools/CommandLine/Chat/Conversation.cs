using System.Text.Json.Nodes;

namespace Rill.CommandLine.Chat;

/// <summary>What was said so far, and what every request says beside it. Messages take turns: a user's, then an assistant's.</summary>
internal sealed class Conversation
{
    private readonly List<ChatTurn> _turns = [];

    /// <summary>The model to name.</summary>
    public required string Model { get; set; }

    /// <summary>The system's message; null for none.</summary>
    public string? System { get; set; }

    /// <summary>Further members of requests, such as temperature.</summary>
    public JsonObject Settings { get; init; } = [];

    /// <summary>The turns, oldest first; the last one may lack its answer.</summary>
    public IReadOnlyList<ChatTurn> Turns => _turns;

    /// <summary>Says something. What was said last and got no answer is forgotten.</summary>
    public void Say(string text)
    {
        Forget(turn => turn.Answer is null);
        _turns.Add(new ChatTurn(text));
    }

    /// <summary>Notes the answer to what was said last.</summary>
    public void Hear(string answer) => _turns[^1] = _turns[^1] with { Answer = answer };

    /// <summary>Adds a turn that was read from a file.</summary>
    public void Add(ChatTurn turn) => _turns.Add(turn);

    /// <summary>Takes the last answer back, so that it can be asked for again. False when nothing was said.</summary>
    public bool TakeBackAnswer()
    {
        if (_turns is [.., var last])
        {
            _turns[^1] = last with { Answer = null };
        }

        return _turns.Count > 0;
    }

    /// <summary>Forgets the last turn. The text that was said in it; null when nothing was said.</summary>
    public string? Undo()
    {
        var said = _turns.LastOrDefault()?.Text;
        Forget(_ => true);
        return said;
    }

    /// <summary>Forgets all that was said; the system's message and the settings stay.</summary>
    public void Clear() => _turns.Clear();

    /// <summary>The request for the answer to what was said last.</summary>
    public JsonObject ToRequest()
    {
        var request = Settings.DeepClone().AsObject();
        request["model"] = Model;
        request["messages"] = ToMessages();
        return request;
    }

    /// <summary>All messages, as in a request.</summary>
    public JsonArray ToMessages()
    {
        var messages = new JsonArray();
        if (System is { } system)
        {
            messages.Add(Message("system", system));
        }

        foreach (var turn in _turns)
        {
            messages.Add(Message("user", turn.Text));
            if (turn.Answer is { } answer)
            {
                messages.Add(Message("assistant", answer));
            }
        }

        return messages;
    }

    private void Forget(Predicate<ChatTurn> which)
    {
        if (_turns is [.., var last] && which(last))
        {
            _turns.RemoveAt(_turns.Count - 1);
        }
    }

    private static JsonNode Message(string role, string content) => new JsonObject { ["role"] = role, ["content"] = content };
}

/// <summary>One turn.</summary>
/// <param name="Text">What the user said.</param>
/// <param name="Answer">What the model answered; null where it has not.</param>
internal sealed record ChatTurn(string Text, string? Answer = null);
