using System.Text.Json;
using Rill.Text.Tokenization;

namespace Rill.Text;

/// <summary>A model's chat template, and the special tokens that it may write.</summary>
public sealed class ModelTemplate
{
    private const string ConfigFile = "tokenizer_config.json";
    private const string TemplateFile = "chat_template.jinja";
    private const string DefaultName = "default";

    private static readonly string[] s_tokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private ModelTemplate()
    {
    }

    /// <summary>The template.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>The other templates of tokenizer_config.json's list by name, such as "tool_use"; usually none.</summary>
    public required IReadOnlyDictionary<string, ChatTemplate> Named { get; init; }

    /// <summary>Where it was found, as errors name it: a file, or a member of one.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Variables that every rendering gets: the special tokens that tokenizer_config.json names (bos_token, eos_token, ...), as our own text.
    /// A token that the file does not name is left out, so that the template sees it as undefined.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>
    /// Reads a model's template from chat_template.jinja, or else from tokenizer_config.json, where of several templates the one called
    /// "default" is taken; and the tokens from tokenizer_config.json, which may be absent.
    /// </summary>
    /// <param name="files">The model's files.</param>
    /// <param name="timeProvider">The clock of templates that write the date; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">There is no template, or a file is broken or needs what is not supported.</exception>
    public static ModelTemplate Load(ModelFiles files, TimeProvider? timeProvider = null)
    {
        var config = ReadConfig(files);
        var (source, name) = ReadTemplate(files, config);
        return new()
        {
            Template = ChatTemplate.Parse(source, name, timeProvider),
            Named = ReadNamed(files, config, timeProvider),
            Source = name,
            Variables = ReadTokens(config),
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

        var named = config.FindArray("chat_template").FirstOrDefault(template => template.FindString("name") == DefaultName);
        return named.FindString("template") is { } source
            ? (source, $"'default' in {configPath}")
            : throw new UnsupportedModelException(
                $"{files.Describe(TemplateFile)} does not exist: put the chat template there, or under chat_template in tokenizer_config.json.");
    }

    private static Dictionary<string, ChatTemplate> ReadNamed(ModelFiles files, JsonElement config, TimeProvider? timeProvider)
    {
        var named = new Dictionary<string, ChatTemplate>(StringComparer.Ordinal);
        foreach (var entry in config.FindArray("chat_template"))
        {
            if (entry.FindString("name") is { } name && name != DefaultName && entry.FindString("template") is { } source)
            {
                named[name] = ChatTemplate.Parse(source, $"'{name}' in {files.Describe(ConfigFile)}", timeProvider);
            }
        }

        return named;
    }
}
