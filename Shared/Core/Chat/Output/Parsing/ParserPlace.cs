namespace Rill.Chat.Output.Parsing;

/// <summary>Where a parser stands.</summary>
internal enum ParserPlace
{
    /// <summary>At the answer's beginning.</summary>
    Opening,

    /// <summary>At its beginning, in reasoning that the prompt has opened.</summary>
    OpeningReasoning,

    /// <summary>In reasoning.</summary>
    Reasoning,

    /// <summary>Behind it, before the visible text.</summary>
    AfterReasoning,

    /// <summary>In visible text.</summary>
    Content,
}
