using System.Text.Json;
using Rill.Text.Tokenization;
using Rill.Text.Tokenization.Files;

namespace Rill.Text;

/// <summary>A model's chat template, and the special tokens that it may write.</summary>
public sealed class ModelTemplate
{
    private const string Default = "default";
    private const string ToolUse = "tool_use";

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
    /// Variables that every rendering gets: the special tokens that tokenizer_config.json or special_tokens_map.json name (bos_token,
    /// eos_token, ..., additional_special_tokens, and those of extra_special_tokens by their own names), as our own text. A token that no
    /// file names is left out, so that the template sees it as undefined.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>The file that decides about <see cref="Variables"/>.</summary>
    public required string TokensFile { get; init; }

    /// <summary>
    /// Reads a model's templates from chat_template.jinja and additional_chat_templates, or else from tokenizer_config.json; where there are
    /// several, <see cref="Template"/> is the one called "default". The tokens come from tokenizer_config.json, which may be absent.
    /// </summary>
    /// <param name="files">The model's files.</param>
    /// <param name="timeProvider">The clock of templates that write the date; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">There is no template, or a file is broken or needs what is not supported.</exception>
    public static ModelTemplate Load(ModelFiles files, TimeProvider? timeProvider = null)
    {
        var config = TokenizerConfig.Read(files);
        var sources = ReadSources(files, config);
        if (!sources.TryGetValue(Default, out var main))
        {
            throw new UnsupportedModelException(sources.Count == 0
                ? $"{files.Describe(ModelFileNames.ChatTemplate)} does not exist: put the chat template there, or under chat_template in {TokenizerConfig.File}."
                : $"{files.Describe(TokenizerConfig.File)} has chat templates, but none called \"{Default}\".");
        }

        return new()
        {
            Template = ChatTemplate.Parse(main.Text, main.Name, timeProvider),
            Named = sources.Where(each => each.Key != Default)
                .ToDictionary(each => each.Key, each => ChatTemplate.Parse(each.Value.Text, each.Value.Name, timeProvider)),
            Source = main.Name,
            Variables = ReadTokens(config),
            TokensFile = TokenizerConfig.TokensFile(files, config),
        };
    }

    private static Dictionary<string, object?> ReadTokens(JsonElement config)
    {
        var tokens = TokenizerConfig.ReadTokens(config).ToDictionary(token => token.Key, object? (token) => token.Value);
        var additional = config.FindArray("additional_special_tokens").Select(TokenizerConfig.ReadToken).OfType<string>().ToList();
        if (additional.Count > 0)
        {
            tokens["additional_special_tokens"] = additional;
        }

        return tokens;
    }

    private static Dictionary<string, (string Text, string Name)> ReadSources(ModelFiles files, JsonElement config)
    {
        var sources = new Dictionary<string, (string Text, string Name)>();
        AddFile(files, ModelFileNames.ChatTemplate, Default, sources);
        AddFile(files, ModelFileNames.ToolTemplate, ToolUse, sources);
        if (sources.Count > 0)
        {
            // As in the transformers library, files make it forget the templates in its configuration.
            return sources;
        }

        var place = files.Describe(TokenizerConfig.File);
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
