using System.Text.Json;

namespace Rill.Text.Tokenization.Files;

/// <summary>tokenizer_config.json: what the transformers library lays over a tokenizer.json.</summary>
internal static class TokenizerConfig
{
    /// <summary>The file's name.</summary>
    public const string File = ModelFileNames.TokenizerConfig;

    private static readonly string[] s_tokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The file as JSON; an empty object when it is absent.</summary>
    /// <exception cref="UnsupportedModelException">The file cannot be read or is not JSON.</exception>
    public static JsonElement Read(ModelFiles files)
    {
        try
        {
            return JsonElement.Parse(files.Has(File) ? files.ReadText(File) : "{}");
        }
        catch (JsonException exception)
        {
            throw new UnsupportedModelException($"{files.Describe(File)} is not valid JSON (line {exception.LineNumber + 1}).", exception);
        }
    }

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
}
