using System.Text.Json;

namespace Rill.CommandLine.Client;

/// <summary>What one event of an answer brought.</summary>
internal readonly record struct AnswerPart
{
    /// <summary>A comment of the server's, such as <c>loading: fetching, 43 %</c>; null for an event.</summary>
    public string? Comment { get; init; }

    /// <summary>More of the answer; empty for none.</summary>
    public string Content { get; init; }

    /// <summary>More of the reasoning; empty for none.</summary>
    public string Reasoning { get; init; }

    /// <summary>Why the answer ended; null while it has not.</summary>
    public string? FinishReason { get; init; }

    /// <summary>Tokens as the server counts them; null where it does not say.</summary>
    public TokenCounts? Usage { get; init; }

    /// <summary>True when there is text in it.</summary>
    public bool HasText => Content?.Length > 0 || Reasoning?.Length > 0;

    /// <summary>Reads a chunk of a chat completion.</summary>
    public static AnswerPart Of(JsonElement chunk)
    {
        var choice = chunk.FirstOf("choices");
        var delta = choice.At("delta");
        return new AnswerPart
        {
            Content = delta.Text("content") ?? delta.Text("refusal") ?? "",
            Reasoning = delta.Text("reasoning_content") ?? delta.Text("reasoning") ?? "",
            FinishReason = choice.Text("finish_reason"),
            Usage = TokenCounts.Of(chunk.At("usage")),
        };
    }
}

/// <summary>Tokens as a server counts them.</summary>
/// <param name="Prompt">Of the prompt.</param>
/// <param name="Completion">Of the answer, reasoning included.</param>
/// <param name="Cached">Of the prompt, those that were not computed again.</param>
internal sealed record TokenCounts(int Prompt, int Completion, int Cached)
{
    /// <summary>Reads a usage object; null where it is none.</summary>
    public static TokenCounts? Of(JsonElement usage) => usage.Int("prompt_tokens") is { } prompt
        ? new TokenCounts(prompt, usage.Int("completion_tokens") ?? 0, usage.At("prompt_tokens_details").Int("cached_tokens") ?? 0)
        : null;
}
