namespace Rill;

/// <summary>A model's file that cannot or must not be read; the message is one sentence that names it.</summary>
public sealed class ModelFileException(string message, Exception? inner = null) : Exception(message, inner);
