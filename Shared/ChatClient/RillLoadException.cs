namespace Rill.ChatClient;

/// <summary>A model cannot be loaded. The message is one sentence that names the file, the address or the library, and says what to do.</summary>
/// <param name="message">The sentence.</param>
/// <param name="cause">What was thrown.</param>
public sealed class RillLoadException(string message, Exception? cause = null) : Exception(message, cause);
