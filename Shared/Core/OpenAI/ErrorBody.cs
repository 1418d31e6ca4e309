using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>The body of every answer that is not a success, and of the error frame that ends a failed stream.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record ErrorBody(ErrorDetail Error);

/// <summary>The error object; all four keys are always written (contract A.0, M24, M25).</summary>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Type">The kind of error.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Code">The machine-readable code, a string or null.</param>
public sealed record ErrorDetail(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
