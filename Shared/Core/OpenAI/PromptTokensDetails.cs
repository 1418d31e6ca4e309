namespace Rill.OpenAI;

/// <summary>Details of <see cref="Usage.PromptTokens"/>.</summary>
/// <param name="CachedTokens">Prompt tokens that were not computed again.</param>
public sealed record PromptTokensDetails(int CachedTokens);
