namespace Rill.Models;

/// <summary>A model directory that cannot be used; the message is one sentence for the person who chose it.</summary>
public sealed class ModelFormatException(string message, Exception? inner = null) : Exception(message, inner);
