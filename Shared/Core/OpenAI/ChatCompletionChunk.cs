using System.Text.Json.Serialization;

namespace Rill.OpenAI;

/// <summary>One event of a streamed answer (contract B.2). Every chunk of a stream has the same id, created and model.</summary>
/// <param name="Id">Unique, with the prefix <c>chatcmpl-</c>.</param>
/// <param name="Created">Unix time in whole seconds.</param>
/// <param name="Model">The served model's id.</param>
/// <param name="Choices">One choice, or none in the usage chunk; never null, and never two, since .NET reads only the first (M21).</param>
public sealed record ChatCompletionChunk(string Id, long Created, string Model, IReadOnlyList<ChunkChoice> Choices)
{
    /// <summary>The wire's type tag.</summary>
    [JsonPropertyOrder(-1)]
    public string Object { get; init; } = "chat.completion.chunk";

    /// <summary>Names the model, build and device whose results a seed repeats; null leaves it out.</summary>
    [JsonPropertyOrder(-1)]
    public string? SystemFingerprint { get; init; }

    /// <summary>Absent, null or counts (contract B.3).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ChunkUsage Usage { get; init; }
}
