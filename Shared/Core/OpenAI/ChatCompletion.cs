namespace Rill.OpenAI;

/// <summary>The whole answer of a request that does not stream.</summary>
/// <param name="Id">Unique, with the prefix <c>chatcmpl-</c>.</param>
/// <param name="Created">Unix time in whole seconds.</param>
/// <param name="Model">The served model's id.</param>
/// <param name="Choices">One for each of n, in order of index.</param>
/// <param name="Usage">Token counts.</param>
public sealed record ChatCompletion(string Id, long Created, string Model, IReadOnlyList<ChatChoice> Choices, Usage Usage)
{
    /// <summary>The wire's type tag.</summary>
    public string Object { get; init; } = "chat.completion";

    /// <summary>Names the model, build and device whose results a seed repeats; null leaves it out.</summary>
    public string? SystemFingerprint { get; init; }
}
