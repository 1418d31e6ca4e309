namespace Rill.Chat.Format;

/// <summary>
/// How a model writes an answer: where it thinks, where its visible text stands, how it calls tools, what ends its turn. Data alone; the
/// parser reads answers by it, and the grammar of tool calls is built from it.
/// </summary>
public sealed record MessageFormat
{
    /// <summary>Where this was found: the name of a format, "response_template", or "chat template".</summary>
    public required string Source { get; init; }

    /// <summary>How it thinks; null where it does not, or nobody knows how.</summary>
    public ReasoningFormat? Reasoning { get; init; }

    /// <summary>What stands before the visible text; usually nothing.</summary>
    public string ContentStart { get; init; } = "";

    /// <summary>How it calls tools; null where it does not, or nobody knows how.</summary>
    public ToolFormat? Tools { get; init; }

    /// <summary>
    /// The channels that it writes each message of an answer to; null where it has none. With channels <see cref="Tools"/> says only how the
    /// body of a call is written, and <see cref="Reasoning"/> and <see cref="ContentStart"/> mean nothing.
    /// </summary>
    public ChannelFormat? Channels { get; init; }

    /// <summary>Texts that end its turn, each a token or a text; none of them is part of the answer.</summary>
    public IReadOnlyList<string> TurnEnds { get; init; } = [];
}

/// <summary>How a model writes what it thinks before it answers.</summary>
/// <param name="Start">What opens it; empty where the end alone is written (the answer then begins inside).</param>
/// <param name="End">What closes it.</param>
public sealed record ReasoningFormat(string Start, string End);

/// <summary>
/// How a model writes tool calls: <c>SectionStart (Open Call Close) (Separator Open Call Close)* SectionEnd</c>. Each of the texts may be
/// empty; white space around them carries no meaning when an answer is read.
/// </summary>
public sealed record ToolFormat
{
    /// <summary>What opens the calls of an answer.</summary>
    public string SectionStart { get; init; } = "";

    /// <summary>What closes them.</summary>
    public string SectionEnd { get; init; } = "";

    /// <summary>What opens each call.</summary>
    public string Open { get; init; } = "";

    /// <summary>What closes each call.</summary>
    public string Close { get; init; } = "";

    /// <summary>What stands between two calls.</summary>
    public string Separator { get; init; } = "";

    /// <summary>What a call consists of, in order.</summary>
    public required IReadOnlyList<CallPart> Call { get; init; }

    /// <summary>How its arguments are written.</summary>
    public required ArgumentEncoding Arguments { get; init; }

    /// <summary>False where an answer has one call at most.</summary>
    public bool Parallel { get; init; } = true;

    /// <summary>True where the calls may begin without <see cref="SectionStart"/>.</summary>
    public bool StartIsOptional { get; init; }

    /// <summary>
    /// How an id is spelled where the call itself does not write one: <c>{name}</c>, <c>{index}</c>, and a number in braces for so many random
    /// letters and digits.
    /// </summary>
    public string CallId { get; init; } = "call_{24}";

    /// <summary>
    /// True where nothing but brackets tells that a call begins. What looks like one is then looked for at the beginning of a line, and is
    /// text unless it calls a function that the request has.
    /// </summary>
    public bool IsBare => StartIsOptional ? IsBrackets(Open) : IsBrackets(SectionStart + Open);

    private static bool IsBrackets(string text) => text.All(character => character is '[' or '{' || char.IsWhiteSpace(character));
}

/// <summary>A part of a tool call.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">A literal's text; empty for others.</param>
public readonly record struct CallPart(CallPartKind Kind, string Text = "");

/// <summary>What a part of a tool call is.</summary>
public enum CallPartKind
{
    /// <summary>A fixed text.</summary>
    Literal,

    /// <summary>The function's name.</summary>
    Name,

    /// <summary>The call's id.</summary>
    Id,

    /// <summary>The call's number within the answer.</summary>
    Index,

    /// <summary>The arguments; in <see cref="ArgumentKind.JsonObject"/> and <see cref="ArgumentKind.NameIsKey"/> the whole call.</summary>
    Arguments,
}

/// <summary>How a call's arguments are written.</summary>
public enum ArgumentKind
{
    /// <summary>One JSON object holds name, arguments and perhaps an id, each at its path.</summary>
    JsonObject,

    /// <summary>A JSON object whose only member is called like the function, and holds the arguments.</summary>
    NameIsKey,

    /// <summary>The arguments are a JSON object of their own.</summary>
    Json,

    /// <summary>The arguments are a JSON string that holds the JSON object.</summary>
    JsonString,

    /// <summary>Each argument stands between marks of its own.</summary>
    Tagged,

    /// <summary>Like JSON, with bare keys and strings between delimiters of their own.</summary>
    Lax,

    /// <summary>A Python call: <c>name(key=value, ...)</c>.</summary>
    Python,
}

/// <summary>How arguments are written; the members that a kind does not name are empty.</summary>
/// <param name="Kind">Which of the ways.</param>
public sealed record ArgumentEncoding(ArgumentKind Kind)
{
    /// <summary>JsonObject: the member that holds the function's name, by the names on the way to it.</summary>
    public IReadOnlyList<string> NamePath { get; init; } = [];

    /// <summary>JsonObject: the member that holds the arguments.</summary>
    public IReadOnlyList<string> ArgumentsPath { get; init; } = [];

    /// <summary>JsonObject: the member that holds the call's id; empty where there is none.</summary>
    public IReadOnlyList<string> IdPath { get; init; } = [];

    /// <summary>JsonObject: true where the arguments are a JSON string that holds the object.</summary>
    public bool ArgumentsAreText { get; init; }

    /// <summary>Tagged: before a key.</summary>
    public string KeyOpen { get; init; } = "";

    /// <summary>Tagged: between key and a string's value. Lax: after a key.</summary>
    public string KeyClose { get; init; } = "";

    /// <summary>Tagged: between key and a value that is no string; the same as <see cref="KeyClose"/> where it makes no difference.</summary>
    public string KeyCloseOther { get; init; } = "";

    /// <summary>Tagged: after a value.</summary>
    public string ValueClose { get; init; } = "";

    /// <summary>Lax: on both sides of a string.</summary>
    public string StringDelimiter { get; init; } = "";
}
