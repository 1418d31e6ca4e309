using System.Text.Json;
using Rill.Text.Tokenization;

namespace Rill.Text;

/// <summary>The text side of a model directory: its tokenizer, its chat template, and the special tokens that both speak of.</summary>
public sealed class ModelText
{
    private const string ConfigFile = "tokenizer_config.json";
    private const string TemplateFile = "chat_template.jinja";

    private static readonly string[] s_tokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private ModelText()
    {
    }

    /// <summary>The model's tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>The model's chat template.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>
    /// Variables that every rendering gets: the special tokens that tokenizer_config.json names (bos_token, eos_token, ...), as our own text.
    /// A token that the file does not name is left out, so that the template sees it as undefined.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>
    /// The id of tokenizer_config.json's eos_token, for models whose generation_config.json and config.json name none; may be empty.
    /// </summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>
    /// Reads a model directory: tokenizer.json, tokenizer_config.json (may be absent), and the chat template from chat_template.jinja or else
    /// from tokenizer_config.json, where of several templates the one called "default" is taken.
    /// </summary>
    /// <param name="directory">The model directory.</param>
    /// <param name="timeProvider">The clock of templates that write the date; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">A file is missing or broken, or needs what is not supported.</exception>
    public static ModelText Load(string directory, TimeProvider? timeProvider = null) => Load(ModelFiles.InDirectory(directory), timeProvider);

    /// <summary>Reads a model's files, as <see cref="Load(string, TimeProvider?)"/> reads a directory's.</summary>
    /// <exception cref="UnsupportedModelException">A file is missing or broken, or needs what is not supported.</exception>
    public static ModelText Load(ModelFiles files, TimeProvider? timeProvider = null)
    {
        var config = ReadConfig(files);
        var tokenizer = HuggingFaceTokenizer.Load(files);
        var variables = ReadTokens(config);
        var (source, name) = ReadTemplate(files, config);
        return new()
        {
            Tokenizer = tokenizer,
            Template = ChatTemplate.Parse(source, name, timeProvider),
            Variables = variables,
            EosTokenIds = variables.GetValueOrDefault("eos_token") is string eos && tokenizer.FindToken(eos) is { } id ? [id] : [],
        };
    }

    private static JsonElement ReadConfig(ModelFiles files)
    {
        try
        {
            return JsonElement.Parse(files.Has(ConfigFile) ? files.ReadText(ConfigFile) : "{}");
        }
        catch (JsonException exception)
        {
            throw new UnsupportedModelException($"{files.Describe(ConfigFile)} is not valid JSON (line {exception.LineNumber + 1}).", exception);
        }
    }

    private static Dictionary<string, object?> ReadTokens(JsonElement config)
    {
        var tokens = new Dictionary<string, object?>();
        foreach (var name in s_tokenNames)
        {
            // A token is a string, or an object that holds it with its flags.
            if ((config.FindString(name) ?? config.Find(name)?.FindString("content")) is { } token)
            {
                tokens[name] = token;
            }
        }

        return tokens;
    }

    private static (string Source, string Name) ReadTemplate(ModelFiles files, JsonElement config)
    {
        if (files.Has(TemplateFile))
        {
            return (files.ReadText(TemplateFile), files.Describe(TemplateFile));
        }

        var configPath = files.Describe(ConfigFile);
        if (config.FindString("chat_template") is { } only)
        {
            return (only, $"in {configPath}");
        }

        var named = config.FindArray("chat_template").FirstOrDefault(template => template.FindString("name") == "default");
        return named.FindString("template") is { } source
            ? (source, $"'default' in {configPath}")
            : throw new UnsupportedModelException(
                $"{files.Describe(TemplateFile)} does not exist: put the chat template there, or under chat_template in tokenizer_config.json.");
    }
}
