using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>The parts of a tokenizer.json: small ones as JSON, the vocabulary and the merges as tables.</summary>
internal sealed class TokenizerSource(string path)
{
    /// <summary>Where the file lies.</summary>
    public string Path { get; } = path;

    /// <summary>Top-level members but the model: normalizer, pre_tokenizer, added_tokens, ...</summary>
    public Dictionary<string, JsonElement> Members { get; } = [];

    /// <summary>The model's members but vocab and merges.</summary>
    public Dictionary<string, JsonElement> Model { get; } = [];

    /// <summary>The model's tokens.</summary>
    public TokenTable Tokens { get; } = new();

    /// <summary>How many tokens the vocabulary lists (ids may have gaps).</summary>
    public int VocabularyCount { get; set; }

    /// <summary>Vocabulary entries that no bytes spell, by their text: added tokens look for their ids there.</summary>
    public Dictionary<string, int> UnspelledTokens { get; } = [];

    /// <summary>The model's merges.</summary>
    public MergeTable Merges { get; set; } = new(0);

    /// <summary>A top-level member, or null when it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        Members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The failure for an element this library does not do.</summary>
    public UnsupportedModelException Unsupported(string element) =>
        new($"{Path} needs {element}, which is not supported: use a model with a byte-level BPE tokenizer.json.");

    /// <summary>The failure for a file that makes no sense.</summary>
    public UnsupportedModelException Broken(string problem, Exception? cause = null) => new($"{Path} is broken: {problem}.", cause);
}
