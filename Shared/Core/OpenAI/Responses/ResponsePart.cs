namespace Rill.OpenAI.Responses;

/// <summary>A part of an item's content or summary. Which of the members a part has depends on its type.</summary>
/// <param name="Type">input_text, output_text, refusal, summary_text or reasoning_text.</param>
public sealed record ResponsePart(string Type)
{
    /// <summary>What is said; null for a refusal.</summary>
    public string? Text { get; init; }

    /// <summary>What was refused; null for any other part.</summary>
    public string? Refusal { get; init; }

    /// <summary>Of output_text: always empty.</summary>
    public IReadOnlyList<string>? Annotations { get; init; }

    /// <summary>Of output_text: an entry for each token where the request asks for them, else empty.</summary>
    public IReadOnlyList<TokenLogprob>? Logprobs { get; init; }

    /// <summary>What an answer says.</summary>
    public static ResponsePart Output(string text, IReadOnlyList<TokenLogprob>? logprobs = null) =>
        new("output_text") { Text = text, Annotations = [], Logprobs = logprobs ?? [] };

    /// <summary>What the client says.</summary>
    public static ResponsePart Input(string text) => new("input_text") { Text = text };

    /// <summary>Reasoning, as it is told by default.</summary>
    public static ResponsePart Summary(string text) => new("summary_text") { Text = text };

    /// <summary>Reasoning in full.</summary>
    public static ResponsePart Reasoning(string text) => new("reasoning_text") { Text = text };
}
