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

/// <summary>One generated token and its alternatives.</summary>
/// <param name="Token">The token's text for display; lossy where the token is a part of a character.</param>
/// <param name="Logprob">Natural log of its probability, at most 0; minus infinity is written as <see cref="Floor"/>.</param>
/// <param name="Bytes">The token's exact bytes, each 0 to 255.</param>
/// <param name="TopLogprobs">The most probable tokens, best first; empty when none were asked for.</param>
public sealed record TokenLogprob(string Token, float Logprob, IReadOnlyList<int>? Bytes, IReadOnlyList<TopLogprob> TopLogprobs)
{
    /// <summary>The specification's stand-in for minus infinity, which JSON cannot hold.</summary>
    public const float Floor = -9999;

    /// <inheritdoc cref="TokenLogprob(string, float, IReadOnlyList{int}?, IReadOnlyList{TopLogprob})"/>
    public float Logprob { get; init; } = AtLeastFloor(Logprob);

    /// <inheritdoc cref="TokenLogprob(string, float, IReadOnlyList{int}?, IReadOnlyList{TopLogprob})"/>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<int>? Bytes { get; init; } = Bytes;

    /// <summary>False for a control token, which is not part of an answer's text.</summary>
    [JsonIgnore]
    public bool HasText { get; init; } = true;

    internal static float AtLeastFloor(float logprob) => logprob >= Floor ? logprob : Floor;
}

/// <summary>One alternative at a position.</summary>
/// <param name="Token">The token's text for display; lossy where the token is a part of a character.</param>
/// <param name="Logprob">Natural log of its probability, at most 0; minus infinity is written as <see cref="TokenLogprob.Floor"/>.</param>
/// <param name="Bytes">The token's exact bytes, each 0 to 255.</param>
public sealed record TopLogprob(
    string Token,
    float Logprob,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] IReadOnlyList<int>? Bytes)
{
    /// <inheritdoc cref="TopLogprob(string, float, IReadOnlyList{int}?)"/>
    public float Logprob { get; init; } = TokenLogprob.AtLeastFloor(Logprob);
}
