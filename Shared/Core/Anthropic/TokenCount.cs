namespace Rill.Anthropic;

/// <summary>How many tokens a request's prompt has.</summary>
/// <param name="InputTokens">The tokens, those of the chat template's own text included.</param>
public sealed record TokenCount(int InputTokens);
