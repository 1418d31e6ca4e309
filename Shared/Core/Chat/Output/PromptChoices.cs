namespace Rill.Chat.Output;

/// <summary>A prompt's choices within an answer.</summary>
/// <param name="Tokens">Tokens of the prompt.</param>
/// <param name="Echo">What each of its choices begins with; null for nothing.</param>
/// <param name="Choices">Its choices.</param>
internal sealed record PromptChoices(int Tokens, string? Echo, IReadOnlyList<IChoiceSource> Choices);
