namespace Rill.TrainModel.Corpus;

/// <summary>A conversation as the chat template sees it, with the tools that its system turn offers.</summary>
internal sealed record Conversation(IReadOnlyList<Turn> Turns)
{
    /// <summary>Tool definitions in OpenAI's form, each one line of JSON; empty where none are offered.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Whether thinking is asked for: the answers after the last user's turn then begin with what the model thinks.</summary>
    public bool Thinks { get; init; }
}

/// <summary>What one side says. Calls to tools are an assistant's turn whose <see cref="Text"/> is the calls' markup.</summary>
internal sealed record Turn(Role Role, string Text)
{
    /// <summary>What an assistant thinks before the text; left out where thinking is not asked for.</summary>
    public string Thought { get; init; } = "";

    public static Turn System(string text) => new(Role.System, text);

    public static Turn User(string text) => new(Role.User, text);

    public static Turn Assistant(string text, string thought = "") => new(Role.Assistant, text) { Thought = thought };

    public static Turn Tool(string text) => new(Role.Tool, text);
}

/// <summary>Who speaks.</summary>
internal enum Role
{
    System,
    User,
    Assistant,
    Tool,
}
