using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>One finished choice of a <see cref="ChatCompletion"/>.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Message">What the model said.</param>
/// <param name="FinishReason">Why it ended; never null here (contract M11).</param>
public sealed record ChatChoice(int Index, AssistantMessage Message, FinishReason FinishReason)
{
    /// <summary>Present when the request asked for logprobs; the key is always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ChoiceLogprobs? Logprobs { get; init; }

    /// <summary>What stopped it, where that was a stop string or stop token.</summary>
    public StopReason? StopReason { get; init; }
}
