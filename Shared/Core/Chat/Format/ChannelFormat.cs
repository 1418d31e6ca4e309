namespace Rill.Chat.Format;

/// <summary>
/// How a model writes an answer of several messages, each with a header that says whom it is for:
/// <c>header HeaderEnd body End (Start header HeaderEnd body End)*</c>. The prompt ends where the first header begins, or behind
/// <see cref="Start"/>. A message with a recipient is a call, one to a reasoning channel is reasoning, every other is visible text.
/// </summary>
public sealed record ChannelFormat
{
    /// <summary>What opens a message after the first.</summary>
    public required string Start { get; init; }

    /// <summary>What stands before the channel's name in a header; empty where the header is the name.</summary>
    public required string Channel { get; init; }

    /// <summary>What closes a header.</summary>
    public required string HeaderEnd { get; init; }

    /// <summary>The texts that close a message, besides <see cref="Start"/>.</summary>
    public IReadOnlyList<string> Ends { get; init; } = [];

    /// <summary>What stands before the called function's name in a header; empty where the header is the name.</summary>
    public required string Recipient { get; init; }

    /// <summary>The channels whose messages are reasoning.</summary>
    public IReadOnlyList<string> ReasoningChannels { get; init; } = [];

    /// <summary>The channels whose messages are visible text though the header is the name of a function elsewhere.</summary>
    public IReadOnlyList<string> ContentChannels { get; init; } = [];
}
