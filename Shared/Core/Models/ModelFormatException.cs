namespace Rill.Models;

/// <summary>
/// A model directory that cannot be used; the message is one sentence for the person who chose it. What it quotes of the model's files cannot
/// break that sentence.
/// </summary>
public sealed class ModelFormatException(string message, Exception? inner = null) : Exception(RefusalText.Of(message), inner);
