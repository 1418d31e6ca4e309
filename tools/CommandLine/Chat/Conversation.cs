using System.Text.Json.Nodes;

namespace Rill.CommandLine.Chat;

/// <summary>What was said so far, and what every request says beside it. Messages take turns: a user's, then an assistant's.</summary>
internal sealed class Conversation
{
    private readonly List<ChatTurn> _turns = [];

    /// <summary>The model to name; null until it is known.</summary>
    public string? Model { get; set; }

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

    /// <summary>Notes the answer to what was said last, in place of one that was there.</summary>
    public void Hear(string answer) => _turns[^1] = _turns[^1] with { Answer = answer };

    /// <summary>Adds a turn that was read from a file.</summary>
    public void Add(ChatTurn turn) => _turns.Add(turn);

    /// <summary>Forgets the last turn. The text that was said in it; null when nothing was said.</summary>
    public string? Undo()
    {
        var said = _turns.LastOrDefault()?.Text;
        Forget(_ => true);
        return said;
    }

    /// <summary>Forgets all that was said; the system's message and the settings stay.</summary>
    public void Clear() => _turns.Clear();

    /// <summary>The request for an answer to what was said last, also where it has one: that stays until there is another.</summary>
    public JsonObject ToQuestion()
    {
        var request = ToRequest();
        if (_turns is [.., { Answer: not null }])
        {
            var messages = request["messages"]!.AsArray();
            messages.RemoveAt(messages.Count - 1);
        }

        return request;
    }

    /// <summary>The whole conversation as a request.</summary>
    public JsonObject ToRequest()
    {
        var request = Settings.DeepClone().AsObject();
        request["model"] = Model;
        request["messages"] = ToMessages();
        return request;
    }

    /// <summary>True for a member of requests that is no setting: rill chat says it itself, or, as of several answers, could not show what comes.</summary>
    public static bool IsReserved(string name) => name is "messages" or "model" or "stream" or "stream_options" or "n";

    private JsonArray ToMessages()
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

    private static JsonObject Message(string role, string content) => new JsonObject { ["role"] = role, ["content"] = content };
}

/// <summary>One turn.</summary>
/// <param name="Text">What the user said.</param>
/// <param name="Answer">What the model answered; null where it has not.</param>
internal sealed record ChatTurn(string Text, string? Answer = null);
