using Rill.OpenAI;

namespace Rill.Chat.Output.Parsing;

/// <summary>What a parser needs to know of the request whose answer it reads.</summary>
public sealed record ParserContext
{
    /// <summary>A request without tools, whose prompt opens no reasoning.</summary>
    public static ParserContext Plain { get; } = new();

    /// <summary>The functions that may be called; without any, what looks like a call is text.</summary>
    public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];

    /// <summary>True when the prompt's end opens the reasoning, so that the answer begins inside.</summary>
    public bool ReasoningIsOpen { get; init; }
}
