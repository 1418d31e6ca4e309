namespace Rill.OpenAI;

/// <summary>The body of every answer that is not a success, and of the error frame that ends a failed stream.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record ErrorBody(ErrorDetail Error);
