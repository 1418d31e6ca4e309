using System.Text.Json.Serialization;

namespace Rill.OpenAI;

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
