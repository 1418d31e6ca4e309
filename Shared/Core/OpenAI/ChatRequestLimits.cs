namespace Rill.OpenAI;

/// <summary>What a server offers, as far as a request is checked against it.</summary>
/// <param name="ModelIds">The ids that a request may name.</param>
/// <param name="VocabularySize">Token ids lie in [0, VocabularySize).</param>
/// <param name="MaxChoices">Largest n, at least 1.</param>
public sealed record ChatRequestLimits(IReadOnlyCollection<string> ModelIds, int VocabularySize, int MaxChoices = 8);
