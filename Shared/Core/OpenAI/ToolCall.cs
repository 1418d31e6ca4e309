namespace Rill.OpenAI;

/// <summary>A tool call of a finished answer.</summary>
/// <param name="Id">What the tool's result names.</param>
/// <param name="Function">What is called.</param>
public sealed record ToolCall(string Id, FunctionCall Function)
{
    /// <summary>Always function.</summary>
    public string Type { get; init; } = "function";
}

/// <summary>A function's name and arguments.</summary>
/// <param name="Name">The name; null where a chunk continues the arguments.</param>
/// <param name="Arguments">JSON text as the model wrote it; in a chunk a piece of it.</param>
public sealed record FunctionCall(string? Name, string Arguments);

/// <summary>
/// What a chunk adds to a tool call (contract B.15): id, type and name come once, with the first fragment; clients append what is repeated.
/// </summary>
/// <param name="Index">From 0, in order; a call is complete before the next begins.</param>
/// <param name="Id">In the first fragment.</param>
/// <param name="Type">In the first fragment: function.</param>
/// <param name="Function">The name in the first fragment, pieces of the arguments in all.</param>
public sealed record ToolCallDelta(int Index, string? Id, string? Type, FunctionCall Function)
{
    /// <summary>The first fragment of a call.</summary>
    public static ToolCallDelta Start(int index, string id, string function) => new(index, id, "function", new FunctionCall(function, ""));

    /// <summary>A further fragment.</summary>
    public static ToolCallDelta More(int index, string arguments) => new(index, null, null, new FunctionCall(null, arguments));
}
