using System.Buffers;
using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>
/// tokenizer_config.json: what the transformers library lays over a tokenizer.json. As there, special_tokens_map.json overrules it in models
/// that were saved before it held their added tokens, and tokens that no file mentions are those of the tokenizer's class (docs/adr/0052).
/// </summary>
internal static class TokenizerConfig
{
    /// <summary>The file's name.</summary>
    public const string File = ModelFileNames.TokenizerConfig;

    private static readonly string[] s_tokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>By a class's name without "Fast": the tokens that it takes where a file does not have the member at all.</summary>
    private static readonly Dictionary<string, (string Name, string Token)[]> s_classTokens = new(StringComparer.Ordinal)
    {
        ["LlamaTokenizer"] = [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
        ["CodeLlamaTokenizer"] = [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
        ["GemmaTokenizer"] = [("bos_token", "<bos>"), ("eos_token", "<eos>"), ("unk_token", "<unk>"), ("pad_token", "<pad>")],
        ["GPT2Tokenizer"] = [("bos_token", "<|endoftext|>"), ("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>")],
        ["Qwen2Tokenizer"] = [("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>"), ("pad_token", "<|endoftext|>")],
    };

    /// <summary>The file as JSON, with what overrules and what completes it; an object that may be empty.</summary>
    /// <exception cref="UnsupportedModelException">A file is not a JSON object.</exception>
    /// <exception cref="ModelFileException">A file cannot or must not be read.</exception>
    public static JsonElement Read(ModelFiles files)
    {
        var config = Parse(files, File);
        var map = IsOverruled(files, config) ? Parse(files, ModelFileNames.SpecialTokensMap) : JsonElement.Parse("{}");
        return Merge(config, map, s_classTokens.GetValueOrDefault(config.FindString("tokenizer_class")?.Replace("Fast", "", StringComparison.Ordinal) ?? "", []));
    }

    /// <summary>The file that decides about special tokens.</summary>
    public static string TokensFile(ModelFiles files, JsonElement config) => IsOverruled(files, config) ? ModelFileNames.SpecialTokensMap : File;

    /// <summary>The special tokens that the file names: bos_token, eos_token, ..., and those of extra_special_tokens.</summary>
    public static Dictionary<string, string> ReadTokens(JsonElement config)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var name in s_tokenNames)
        {
            AddToken(name, config.Find(name), tokens);
        }

        if (config.Find("extra_special_tokens") is { ValueKind: JsonValueKind.Object } extra)
        {
            foreach (var token in extra.EnumerateObject())
            {
                AddToken(token.Name, token.Value, tokens);
            }
        }

        return tokens;
    }

    /// <summary>A token's text, which stands alone or as the content of an object with its flags; null when it is neither.</summary>
    public static string? ReadToken(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : element.FindString("content");

    private static void AddToken(string name, JsonElement? element, Dictionary<string, string> tokens)
    {
        if (element is { } value && ReadToken(value) is { } token)
        {
            tokens[name] = token;
        }
    }

    private static bool IsOverruled(ModelFiles files, JsonElement config) =>
        config.Find("added_tokens_decoder") is null && files.Has(ModelFileNames.SpecialTokensMap);

    private static JsonElement Parse(ModelFiles files, string name)
    {
        try
        {
            var element = JsonElement.Parse(files.Has(name) ? files.ReadText(name) : "{}");
            return element.ValueKind == JsonValueKind.Object ? element : throw new UnsupportedModelException($"{files.Describe(name)} must hold a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new UnsupportedModelException($"{files.Describe(name)} is not valid JSON (line {exception.LineNumber + 1}).", exception);
        }
    }

    /// <summary>The config with the map's members in place of its own, and the class's tokens where neither has the member, not even as null.</summary>
    private static JsonElement Merge(JsonElement config, JsonElement map, (string Name, string Token)[] classTokens)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var member in map.EnumerateObject().Concat(config.EnumerateObject().Where(member => !map.TryGetProperty(member.Name, out _))))
            {
                member.WriteTo(writer);
            }

            foreach (var (name, token) in classTokens.Where(each => !map.TryGetProperty(each.Name, out _) && !config.TryGetProperty(each.Name, out _)))
            {
                writer.WriteString(name, token);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(json.WrittenSpan);
    }
}
