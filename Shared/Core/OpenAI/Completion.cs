using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>Completions of text: the whole answer, or one event of a streamed one (contract A.2).</summary>
/// <param name="Id">Unique, with the prefix <c>cmpl-</c>; the same in all events.</param>
/// <param name="Created">Unix time in whole seconds.</param>
/// <param name="Model">The served model's id.</param>
/// <param name="Choices">All choices in order of index; in a stream one, or none with the usage.</param>
public sealed record Completion(string Id, long Created, string Model, IReadOnlyList<CompletionChoice> Choices)
{
    /// <summary>The wire's type tag.</summary>
    [JsonPropertyOrder(-1)]
    public string Object { get; init; } = "text_completion";

    /// <summary>Names the model, build and device whose results a seed repeats; null leaves it out.</summary>
    [JsonPropertyOrder(-1)]
    public string? SystemFingerprint { get; init; }

    /// <summary>Token counts; in a stream as contract B.3 has it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChunkUsage Usage { get; init; }
}

/// <summary>One choice, or what a stream adds to it.</summary>
/// <param name="Index">The prompt's index times n, plus the choice's own.</param>
/// <param name="Text">All of its text, or what is new.</param>
public sealed record CompletionChoice(int Index, string Text)
{
    /// <summary>Present when the request asked for logprobs; the key is always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CompletionLogprobs? Logprobs { get; init; }

    /// <summary>Why it ended; in a stream null until then. The key is always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public FinishReason? FinishReason { get; init; }

    /// <summary>What stopped it, where that was a stop string or stop token.</summary>
    public StopReason? StopReason { get; init; }
}

/// <summary>Log-probabilities in the older form: four lists with an entry for each token.</summary>
/// <param name="TextOffset">Where the token begins in the choice's text, in characters (code points).</param>
/// <param name="TokenLogprobs">Natural log of the token's probability; null for the first of an echoed prompt, which has none.</param>
/// <param name="Tokens">The token's text; <c>bytes:\xNN...</c> where it is a part of a character.</param>
/// <param name="TopLogprobs">The most probable tokens and the chosen one, by their text; null for the first of an echoed prompt.</param>
public sealed record CompletionLogprobs(
    IReadOnlyList<int> TextOffset,
    IReadOnlyList<float?> TokenLogprobs,
    IReadOnlyList<string> Tokens,
    IReadOnlyList<IReadOnlyDictionary<string, float>?> TopLogprobs)
{
    /// <summary>These and then others.</summary>
    public CompletionLogprobs FollowedBy(CompletionLogprobs others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new(
            [.. TextOffset, .. others.TextOffset],
            [.. TokenLogprobs, .. others.TokenLogprobs],
            [.. Tokens, .. others.Tokens],
            [.. TopLogprobs, .. others.TopLogprobs]);
    }
}
