using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>Log-probabilities of the generated tokens of a choice or a chunk (contract B.5).</summary>
/// <param name="Content">One entry a token, in order.</param>
public sealed record ChoiceLogprobs(IReadOnlyList<TokenLogprob> Content)
{
    /// <summary>Always null; the key is required by the specification.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<TokenLogprob>? Refusal { get; init; }
}
