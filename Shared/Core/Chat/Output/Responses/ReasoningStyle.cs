namespace Rill.Chat.Output.Responses;

/// <summary>Under which of its two names the Responses API tells reasoning. Never both: some clients would show it twice.</summary>
public enum ReasoningStyle
{
    /// <summary>As a summary, which every client reads.</summary>
    Summary,

    /// <summary>As the reasoning's own text, in events of a content part; whole items have a summary too.</summary>
    Text,
}
