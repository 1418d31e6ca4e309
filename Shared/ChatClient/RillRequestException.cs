namespace Rill.ChatClient;

/// <summary>A request that is not answered, or an answer that broke off. The message is one sentence and holds nothing of the prompt.</summary>
/// <param name="message">The sentence.</param>
/// <param name="code">The code that the server would send.</param>
/// <param name="cause">What was thrown, if anything was.</param>
public sealed class RillRequestException(string message, string? code, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>
    /// What the server's error would be called: <c>invalid_value</c>, <c>context_length_exceeded</c>, <c>model_not_found</c>,
    /// <c>server_is_overloaded</c>, <c>shutting_down</c>, <c>internal_error</c>.
    /// </summary>
    public string? Code { get; } = code;

    /// <summary>The field of the request that is at fault, under its name on the wire, such as <c>top_p</c>; null where none is.</summary>
    public string? Parameter { get; init; }

    /// <summary>When to try again, where that may help; null elsewhere.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
