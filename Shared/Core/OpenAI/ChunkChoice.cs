using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>One choice of a chunk.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Delta">What is new; empty in the finish chunk.</param>
public sealed record ChunkChoice(int Index, ChatDelta Delta)
{
    /// <summary>The entries of the tokens whose text is in this chunk, when asked for; the key is always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ChoiceLogprobs? Logprobs { get; init; }

    /// <summary>Set once, in the last chunk of this index; the key is always written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public FinishReason? FinishReason { get; init; }

    /// <summary>What stopped it, where that was a stop string or stop token.</summary>
    public StopReason? StopReason { get; init; }
}
