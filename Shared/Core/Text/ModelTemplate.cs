using System.Text.Json;
using Rill.Text.Tokenization;

namespace Rill.Text;

/// <summary>A model's chat template, and the special tokens that it may write.</summary>
public sealed class ModelTemplate
{
    private const string ConfigFile = "tokenizer_config.json";
    private const string TemplateFile = "chat_template.jinja";
    private const string ToolTemplateFile = "additional_chat_templates/tool_use.jinja";
    private const string Default = "default";
    private const string ToolUse = "tool_use";

    private static readonly string[] s_tokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private ModelTemplate()
    {
    }

    /// <summary>The template.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>
    /// The other templates by name, usually none; "tool_use" is the one for conversations with tools. Of the files in
    /// additional_chat_templates only that one is read, since nobody could ask for another.
    /// </summary>
    public required IReadOnlyDictionary<string, ChatTemplate> Named { get; init; }

    /// <summary>Where it was found, as errors name it: a file, or a member of one.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Variables that every rendering gets: the special tokens that tokenizer_config.json names (bos_token, eos_token, ...,
    /// additional_special_tokens, and those of extra_special_tokens by their own names), as our own text. A token that the file does not name is left out, so that the template sees it as undefined.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>
    /// Reads a model's templates from chat_template.jinja and additional_chat_templates, or else from tokenizer_config.json; where there are
    /// several, <see cref="Template"/> is the one called "default". The tokens come from tokenizer_config.json, which may be absent.
    /// </summary>
    /// <param name="files">The model's files.</param>
    /// <param name="timeProvider">The clock of templates that write the date; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">There is no template, or a file is broken or needs what is not supported.</exception>
    public static ModelTemplate Load(ModelFiles files, TimeProvider? timeProvider = null)
    {
        var config = ReadConfig(files);
        var sources = ReadSources(files, config);
        if (!sources.TryGetValue(Default, out var main))
        {
            throw new UnsupportedModelException(sources.Count == 0
                ? $"{files.Describe(TemplateFile)} does not exist: put the chat template there, or under chat_template in {ConfigFile}."
                : $"{files.Describe(ConfigFile)} has chat templates, but none called \"{Default}\".");
        }

        return new()
        {
            Template = ChatTemplate.Parse(main.Text, main.Name, timeProvider),
            Named = sources.Where(each => each.Key != Default)
                .ToDictionary(each => each.Key, each => ChatTemplate.Parse(each.Value.Text, each.Value.Name, timeProvider)),
            Source = main.Name,
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
            AddToken(name, config.Find(name), tokens);
        }

        if (config.Find("extra_special_tokens") is { ValueKind: JsonValueKind.Object } extra)
        {
            foreach (var token in extra.EnumerateObject())
            {
                AddToken(token.Name, token.Value, tokens);
            }
        }

        var additional = config.FindArray("additional_special_tokens").Select(ReadToken).OfType<string>().ToList();
        if (additional.Count > 0)
        {
            tokens["additional_special_tokens"] = additional;
        }

        return tokens;
    }

    private static void AddToken(string name, JsonElement? element, Dictionary<string, object?> tokens)
    {
        if (element is { } value && ReadToken(value) is { } token)
        {
            tokens[name] = token;
        }
    }

    /// <summary>A token is a string, or an object that holds it with its flags.</summary>
    private static string? ReadToken(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? element.GetString() : element.FindString("content");

    private static Dictionary<string, (string Text, string Name)> ReadSources(ModelFiles files, JsonElement config)
    {
        var sources = new Dictionary<string, (string Text, string Name)>();
        AddFile(files, TemplateFile, Default, sources);
        AddFile(files, ToolTemplateFile, ToolUse, sources);
        if (sources.Count > 0)
        {
            // As in the transformers library, files make it forget the templates in its configuration.
            return sources;
        }

        var place = files.Describe(ConfigFile);
        if (config.FindString("chat_template") is { } only)
        {
            sources[Default] = (only, $"in {place}");
        }

        foreach (var element in config.FindArray("chat_template"))
        {
            var (name, text) = (element.FindString("name"), element.FindString("template"));
            sources[name ?? throw Broken(place)] = (text ?? throw Broken(place), $"'{name}' in {place}");
        }

        return sources;
    }

    private static void AddFile(ModelFiles files, string file, string name, Dictionary<string, (string Text, string Name)> sources)
    {
        if (files.Has(file))
        {
            sources[name] = (files.ReadText(file), files.Describe(file));
        }
    }

    private static UnsupportedModelException Broken(string place) =>
        new($"{place} is broken: an element of chat_template lacks its name or its template.");
}
