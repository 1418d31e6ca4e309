namespace Rill.Chat.Input;

/// <summary>A prompt for the engine.</summary>
/// <param name="Ids">Its token ids, at least one.</param>
/// <param name="Echo">Its text, where the answer begins with it.</param>
/// <param name="OpensReasoning">True when the answer begins inside of the model's reasoning, which the chat template has opened.</param>
internal sealed record EncodedPrompt(IReadOnlyList<int> Ids, string? Echo = null, bool OpensReasoning = false);
