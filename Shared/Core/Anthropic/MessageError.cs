using System.Text.Json.Serialization;

namespace Rill.Anthropic;

/// <summary>The body of an answer that is no success, and the event that ends a failed stream.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="RequestId">The request's id, as its headers have it.</param>
public sealed record MessageErrorBody(MessageError Error, string RequestId)
{
    /// <summary>The event's name.</summary>
    public const string Name = "error";

    /// <summary>The wire's type tag.</summary>
    [JsonPropertyOrder(-1)]
    public string Type { get; init; } = Name;
}

/// <summary>The error object.</summary>
/// <param name="Type">The kind of error, such as invalid_request_error.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record MessageError(string Type, string Message)
{
    /// <summary>What a client may act on; null for most errors.</summary>
    public MessageErrorDetails? Details { get; init; }
}

/// <summary>Which feature of a request is not served.</summary>
/// <param name="ErrorCode">The code that clients know.</param>
/// <param name="Unsupported">The parts of the feature that are at fault; none where it is all of it.</param>
public sealed record MessageErrorDetails(string ErrorCode, IReadOnlyList<string> Unsupported);
