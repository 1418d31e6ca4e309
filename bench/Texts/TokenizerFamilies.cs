namespace Rill.Bench.Texts;

/// <summary>The tokenizers that are measured, where they lie, and what the peer is compared by.</summary>
internal static class TokenizerFamilies
{
    /// <summary>Families in the order of the tables; the second word tells the kind.</summary>
    public static IReadOnlyList<(string Name, string Kind)> All { get; } =
        [("llama-3", "byte-level"), ("qwen3", "byte-level"), ("gpt-2", "byte-level"), ("phi-3", "SentencePiece"), ("mistral-v3", "SentencePiece")];

    /// <summary>Those whose files are large enough that loading them is felt.</summary>
    public static IReadOnlyList<string> Loaded { get; } = ["llama-3", "qwen3"];

    /// <summary>
    /// The folder with tokenizers and chat templates, or null where it is not: RILL_VECTORS, or ../shared/vectors beside the checkout.
    /// </summary>
    public static string? FindVectors(string root)
    {
        var folder = Environment.GetEnvironmentVariable("RILL_VECTORS") is { Length: > 0 } named ? named : Path.Combine(root, "..", "shared", "vectors");
        return All.All(family => File.Exists(Path.Combine(folder, "tokenizers", family.Name, "tokenizer.json")))
            && Directory.Exists(Path.Combine(folder, "chat-templates")) ? Path.GetFullPath(folder) : null;
    }
}
