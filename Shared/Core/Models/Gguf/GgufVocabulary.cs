namespace Rill.Models.Gguf;

/// <summary>The tokens of a GGUF file.</summary>
internal sealed class GgufVocabulary
{
    private const string Prefix = "tokenizer.ggml.";
    private const int Unknown = 2, Control = 3, UserDefined = 4, Byte = 6;

    private static readonly string[] s_endTokens =
    [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<|eom_id|>", "<turn|>", "<|tool_response>",
    ];

    private readonly GgufMetadata _metadata;
    private readonly IReadOnlyList<long> _types;

    private GgufVocabulary(GgufMetadata metadata, string model)
    {
        (_metadata, Model) = (metadata, model);
        Tokens = metadata.Items<string>(Prefix + "tokens") ?? throw metadata.Wrong(Prefix + "tokens", "is missing");
        _types = metadata.Items<long>(Prefix + "token_type") ?? [];
        if (_types.Count > 0 && _types.Count != Tokens.Count)
        {
            throw metadata.Wrong(Prefix + "token_type", $"has {_types.Count} items for {Tokens.Count} tokens");
        }
    }

    /// <summary>gpt2 for merges of bytes, llama for pieces with scores, gemma4 for merges of such pieces.</summary>
    public string Model { get; }

    /// <summary>How text is cut into words, of gpt2.</summary>
    public string PreTokenizer => _metadata.Text(Prefix + "pre") ?? "default";

    /// <summary>The tokens by their ids.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The merges, the first one first, of gpt2 and gemma4.</summary>
    public IReadOnlyList<string> Merges => _metadata.Items<string>(Prefix + "merges") ?? throw _metadata.Wrong(Prefix + "merges", "is missing");

    /// <summary>A score for each token, of llama.</summary>
    public IReadOnlyList<double> Scores => _metadata.Items<double>(Prefix + "scores") is { } scores && scores.Count == Tokens.Count
        ? scores
        : throw _metadata.Wrong(Prefix + "scores", $"must have {Tokens.Count} items");

    /// <summary>True where a space comes before the text's first word, of llama and gemma4.</summary>
    public bool AddsSpace => _metadata.Flag(Prefix + "add_space_prefix") ?? (Model == "llama");

    /// <summary>True where the token of the beginning comes before a text.</summary>
    public bool AddsBeginning => _metadata.Flag(Prefix + "add_bos_token")
        ?? (Model is "llama" or "gemma4" || GgufPreTokenizers.TakesWholeWords(PreTokenizer));

    /// <summary>True where the token of the end comes behind a text.</summary>
    public bool AddsEnd => _metadata.Flag(Prefix + "add_eos_token") ?? false;

    /// <summary>Chat templates by their names; the only one, or the first among several, is called default.</summary>
    public IReadOnlyDictionary<string, string> Templates
    {
        get
        {
            const string key = "tokenizer.chat_template";
            var templates = _metadata.Keys.Where(name => name.StartsWith(key + ".", StringComparison.Ordinal))
                .ToDictionary(name => name[(key.Length + 1)..], name => _metadata.Text(name)!, StringComparer.Ordinal);
            if (_metadata.Text(key) is { } main)
            {
                templates["default"] = main;
            }

            return templates;
        }
    }

    /// <summary>The ids that end an answer.</summary>
    public IEnumerable<long> Ends => ((string[])["eos", "eot", "eom"]).Select(Id).OfType<long>()
        .Concat(Enumerable.Range(0, Tokens.Count).Where(id => s_endTokens.Contains(Tokens[id])).Select(id => (long)id))
        .Distinct();

    /// <summary>Reads the tokens; null where the file has none.</summary>
    /// <exception cref="ModelFormatException">The tokenizer is of a kind that is not supported, or damaged.</exception>
    public static GgufVocabulary? Read(GgufMetadata metadata) => metadata.Text(Prefix + "model") switch
    {
        null or "none" or "no_vocab" => null,
        "gpt2" or "llama" or "gemma4" => new(metadata, metadata.Text(Prefix + "model")!),
        var other => throw metadata.Wrong(Prefix + "model", $"is '{other}', which is not supported; only gpt2, llama and gemma4 are"),
    };

    /// <summary>The text of a token by its part, such as bos; null where there is none.</summary>
    public string? Named(string part) => Id(part) is { } id ? Tokens[(int)id] : null;

    /// <summary>True for a token that is looked for in a text before all else.</summary>
    public bool IsAdded(int id) => TypeOf(id) is Unknown or Control or UserDefined;

    /// <summary>True for an added token that is no text.</summary>
    public bool IsSpecial(int id) => TypeOf(id) is Unknown or Control;

    /// <summary>True for a token that may be made of others: of user-defined ones, runs of spaces are.</summary>
    public bool IsPiece(int id) => !IsSpecial(id) && TypeOf(id) != Byte;

    private long TypeOf(int id) => _types.Count == 0 ? 1 : _types[id];

    private long? Id(string part) => part switch
    {
        "unk" => _metadata.Whole(Prefix + "unknown_token_id", 0, Tokens.Count - 1),
        "pad" => _metadata.Whole(Prefix + "padding_token_id", 0, Tokens.Count - 1),
        _ => _metadata.Whole($"{Prefix}{part}_token_id", 0, Tokens.Count - 1),
    };
}
