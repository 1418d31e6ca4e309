using Rill.Models.Gguf;

namespace Rill.ModelStore;

/// <summary>One file of a model.</summary>
public sealed record ManifestFile
{
    /// <summary>A plain name, or one of <see cref="ModelFileNames.Small"/> with its folder.</summary>
    public required string Name { get; init; }

    /// <summary>Its length in bytes, at least 1.</summary>
    public required long Size { get; init; }

    /// <summary>SHA-256 of the content in lower-case hex; null for a small file of a hub, which has <see cref="GitId"/> instead.</summary>
    public string? Sha256 { get; init; }

    /// <summary>SHA-256 of each chunk, in order; null where only the whole has a hash.</summary>
    public IReadOnlyList<string>? Chunks { get; init; }

    /// <summary>The object id that git gives the content (SHA-1 of "blob SIZE\0" and the content); null where a SHA-256 is known.</summary>
    public string? GitId { get; init; }

    /// <summary>True for a file of weights, which is large and comes last.</summary>
    public bool IsWeights => Name.EndsWith(".safetensors", StringComparison.Ordinal) || GgufNames.Is(Name);
}
