using System.Text.Json.Serialization;

namespace Rill.OpenAI;

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
