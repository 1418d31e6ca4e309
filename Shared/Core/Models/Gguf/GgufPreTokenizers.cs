namespace Rill.Models.Gguf;

/// <summary>How text is cut into words before merging, by tokenizer.ggml.pre.</summary>
internal static class GgufPreTokenizers
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Tail = @"\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Words = @"[^\r\n\p{L}\p{N}]?\p{L}+";
    private const string Marks = @" ?[^\s\p{L}\p{N}]+[\r\n]*";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Before = @"[^\r\n\p{L}\p{N}]?";
    private const string CasedTail = @" ?[^\s\p{L}\p{N}]+[\r\n/]*|" + Tail;

    private const string Llama3 = $@"{Contractions}|{Words}|\p{{N}}{{1,3}}|{Marks}|{Tail}";
    private const string Qwen2 = $@"{Contractions}|{Words}|\p{{N}}|{Marks}|{Tail}";
    private const string Qwen35 = $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{Tail}";
    private const string Gpt4o =
        $@"{Before}{Upper}*{Lower}+{Contractions}?|{Before}{Upper}+{Lower}*{Contractions}?|\p{{N}}{{1,3}}|{CasedTail}";
    private const string Tekken = $@"{Before}{Upper}*{Lower}+|{Before}{Upper}+{Lower}*|\p{{N}}|{CasedTail}";
    private const string DeepSeekWords =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|" + Tail;

    private static readonly Dictionary<string, string[]> s_patterns = Table(
        ([Gpt2], ["gpt-2", "phi-2", "olmo", "mpt", "exaone4"]),
        ([Llama3], ["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "lfm2", "glm4", "dbrx", "smaug-bpe"]),
        ([Qwen2], ["qwen2", "deepseek-r1-qwen", "stablelm2", "megrez", "hunyuan"]),
        ([Qwen35], ["qwen35"]),
        ([Gpt4o], ["gpt-4o", "llama4"]),
        ([Tekken], ["tekken"]),
        ([@"\p{N}{1,3}", "[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+", DeepSeekWords], ["deepseek-v3"]),
        ([@"\p{N}", Gpt2], ["starcoder", "smollm", "command-r", "refact", "codeshell", "exaone"]));

    private static readonly HashSet<string> s_wholeWords = ["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "lfm2", "tekken"];

    /// <summary>The expressions, each applied to what the one before has cut.</summary>
    /// <exception cref="ModelFormatException">The name is not known.</exception>
    public static IReadOnlyList<string> Of(string name) => s_patterns.TryGetValue(name, out var patterns)
        ? patterns
        : throw new ModelFormatException($"tokenizer.ggml.pre '{name}' is not supported; supported are {string.Join(", ", s_patterns.Keys)}.");

    /// <summary>
    /// True where a word that is a token as a whole is not merged, and the token of the beginning comes first if nothing else is said.
    /// </summary>
    public static bool TakesWholeWords(string name) => s_wholeWords.Contains(name);

    private static Dictionary<string, string[]> Table(params IEnumerable<(string[] Patterns, string[] Names)> rows) =>
        rows.SelectMany(row => row.Names.Select(name => (Name: name, row.Patterns)))
            .ToDictionary(pair => pair.Name, pair => pair.Patterns, StringComparer.Ordinal);
}
