using Rill.OpenAI;

namespace Rill.ChatClient.Answers;

/// <summary>The server's errors as exceptions.</summary>
internal static class RequestFailures
{
    /// <summary>What is thrown for an error: what the model or this library cannot do is not supported; the rest is the request's.</summary>
    public static Exception Of(ApiError error, Exception? cause = null)
    {
        var message = error.Message.Replace("setting Rill__", $"option {nameof(RillChatClientOptions)}.", StringComparison.Ordinal);
        if (error.Code == "unsupported_parameter")
        {
            return new NotSupportedException(message, cause);
        }

        return new RillRequestException(message, error.Code, cause)
        {
            Parameter = error.Param,
            RetryAfter = error.RetryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
    }
}
