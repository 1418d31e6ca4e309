using System.Text.Json.Serialization;

namespace Rill.OpenAI.Responses;

/// <summary>
/// The event that ends a stream of the Responses API which failed. The error is told twice: flat, as the specification has it, and as the
/// object that every other failure has.
/// </summary>
/// <param name="SequenceNumber">The event's number within its stream, from 0.</param>
/// <param name="Error">What went wrong.</param>
public sealed record ResponseErrorEvent(int SequenceNumber, ErrorDetail Error)
{
    /// <summary>The event's name.</summary>
    public const string Name = "error";

    /// <summary>Always <see cref="Name"/>.</summary>
    public string Type { get; init; } = Name;

    /// <summary>As in the error object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Code => Error.Code;

    /// <summary>As in the error object.</summary>
    public string Message => Error.Message;

    /// <summary>As in the error object.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Param => Error.Param;
}
