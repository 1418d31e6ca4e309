namespace Rill.TrainModel.Corpus;

/// <summary>A conversation as the chat template sees it, with the tools that its system turn offers.</summary>
internal sealed record Conversation(IReadOnlyList<Turn> Turns)
{
    /// <summary>Tool definitions in OpenAI's form, each one line of JSON; empty where none are offered.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];
}

/// <summary>What one side says. A call to a tool is an assistant's turn whose <see cref="Text"/> is the call's markup.</summary>
internal sealed record Turn(Role Role, string Text)
{
    public static Turn System(string text) => new(Role.System, text);

    public static Turn User(string text) => new(Role.User, text);

    public static Turn Assistant(string text) => new(Role.Assistant, text);

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
