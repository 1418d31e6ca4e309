namespace Rill.OpenAI;

/// <summary>A request for embeddings, as it was read (contract A.4). Ranges are not checked yet; that is <see cref="EmbeddingRequestRules"/>.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>Id of the wanted model; null means the default model.</summary>
    public string? Model { get; init; }

    /// <summary>What is embedded, at least one; each gets a vector.</summary>
    public required IReadOnlyList<CompletionPrompt> Inputs { get; init; }

    /// <summary>How the vectors are written.</summary>
    public EmbeddingFormat Format { get; init; }

    /// <summary>Values to keep of each vector, from its beginning; null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether a text gets what the model's authors put around one.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>The field's name, or the input's where there are several.</summary>
    public string NameOf(int input) => Inputs.Count == 1 ? "input" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"input[{input}]");

    /// <summary>The number of inputs alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"EmbeddingRequest({Inputs.Count} inputs)";
}

/// <summary>How a vector is written.</summary>
public enum EmbeddingFormat
{
    /// <summary>A list of numbers.</summary>
    Float,

    /// <summary>A text: little-endian 32-bit floats in base64. OpenAI's .NET client asks for nothing else.</summary>
    Base64,
}
