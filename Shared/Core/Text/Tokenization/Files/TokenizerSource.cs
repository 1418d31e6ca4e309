using System.Text;
using System.Text.Json;
using Rill.Text.Tokenization.Bpe;

namespace Rill.Text.Tokenization.Files;

/// <summary>The parts of a tokenizer.json: small ones as JSON, the vocabulary and the merges as tables.</summary>
internal sealed class TokenizerSource(string path)
{
    /// <summary>Where the file lies.</summary>
    public string Path { get; } = path;

    /// <summary>Top-level members but the model: normalizer, pre_tokenizer, added_tokens, ...</summary>
    public Dictionary<string, JsonElement> Members { get; } = [];

    /// <summary>The model's members but vocab and merges.</summary>
    public Dictionary<string, JsonElement> Model { get; } = [];

    /// <summary>
    /// True when the vocabulary is written in the <see cref="ByteAlphabet"/> and read as the bytes that stand behind it; false when tokens
    /// are plain text.
    /// </summary>
    public bool SpellsBytes { get; set; }

    /// <summary>The model's tokens: the bytes they stand for when <see cref="SpellsBytes"/>, else their text in UTF-8.</summary>
    public TokenTable Tokens { get; } = new();

    /// <summary>How many tokens the vocabulary lists (ids may have gaps).</summary>
    public int VocabularyCount { get; set; }

    /// <summary>Vocabulary entries that no bytes spell, by their text: added tokens look for their ids there.</summary>
    public Dictionary<string, int> UnspelledTokens { get; } = [];

    /// <summary>The model's merges.</summary>
    public MergeTable Merges { get; set; } = new(0);

    /// <summary>Between which characters no merge joins; of use when tokens are plain text.</summary>
    public MergeSeams Seams { get; } = new();

    /// <summary>A top-level member, or null when it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        Members.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A model option that is true or false; false when it is absent or null.</summary>
    public bool FindModelFlag(string name) => Model.TryGetValue(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw Broken($"model.{name} is neither true nor false"),
    };

    /// <summary>A flag of an element; the default when it is absent or null.</summary>
    public bool Flag(JsonElement element, string name, bool defaultValue) => element.Find(name)?.ValueKind switch
    {
        null => defaultValue,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Broken($"{name} of {element.FindString("type") ?? element.FindString("content")} is neither true nor false"),
    };

    /// <summary>The id of a token of the vocabulary by its text as the file writes it, or null.</summary>
    public int? FindToken(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        if (!SpellsBytes)
        {
            return Tokens.Find(encoded) is >= 0 and var plain ? plain : null;
        }

        var bytes = new byte[encoded.Length];
        if (ByteAlphabet.TryDecode(encoded, bytes, out var length))
        {
            return Tokens.Find(bytes.AsSpan(0, length)) is >= 0 and var id ? id : null;
        }

        return UnspelledTokens.TryGetValue(text, out var unspelled) ? unspelled : null;
    }

    /// <summary>Refuses an element that has a member nobody here knows: it might change what the element means.</summary>
    public void CheckMembers(JsonElement element, string what, params ReadOnlySpan<string> known)
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Name != "type" && !known.Contains(member.Name))
            {
                throw Unsupported($"the member {member.Name} of {what}");
            }
        }
    }

    /// <summary>The failure for an element this library does not do.</summary>
    public UnsupportedModelException Unsupported(string element) =>
        new($"{Path} needs {element}, which is not supported (docs/text.md lists what is).");

    /// <summary>The failure for a file that makes no sense.</summary>
    public UnsupportedModelException Broken(string problem, Exception? cause = null) => new($"{Path} is broken: {problem}.", cause);
}
