namespace Rill.Chat.Input;

/// <summary>A prompt for the engine.</summary>
/// <param name="Ids">Its token ids, at least one.</param>
/// <param name="Echo">Its text, where the answer begins with it.</param>
/// <param name="Opening">What the chat template wrote behind the last of the request's text: it may have begun the answer.</param>
internal sealed record EncodedPrompt(IReadOnlyList<int> Ids, string? Echo = null, string Opening = "");
