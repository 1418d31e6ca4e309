namespace Rill.Chat.Format.Named;

/// <summary>OpenAI's open models: every message goes to a channel.</summary>
internal static class Harmony
{
    /// <summary>The format.</summary>
    public static MessageFormat Format { get; } = new()
    {
        Source = "harmony",
        Reasoning = new("<|channel|>analysis<|message|>", "<|end|>"),
        ContentStart = "<|channel|>final<|message|>",
        Tools = new()
        {
            Open = "<|channel|>commentary to=functions.",
            Close = "<|call|>",
            Call =
            [
                new(CallPartKind.Name), new(CallPartKind.Literal, " <|constrain|>json<|message|>"), new(CallPartKind.Arguments),
            ],
            Arguments = new(ArgumentKind.Json),
            Parallel = false,
        },
        Channels = new()
        {
            Start = "<|start|>assistant",
            Channel = "<|channel|>",
            HeaderEnd = "<|message|>",
            Ends = ["<|end|>", "<|call|>", "<|return|>"],
            Recipient = "to=functions.",
            ReasoningChannels = ["analysis"],
        },
        TurnEnds = ["<|return|>", "<|call|>"],
    };
}
