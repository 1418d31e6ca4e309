namespace Rill.Text;

/// <summary>The text side of a model directory: its tokenizer, its chat template, and the special tokens that both speak of.</summary>
public sealed class ModelText
{
    private ModelText()
    {
    }

    /// <summary>The model's tokenizer.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>The model's chat template.</summary>
    public required ChatTemplate Template { get; init; }

    /// <summary>The model's other templates by name, usually none; "tool_use" is the one for conversations with tools.</summary>
    public required IReadOnlyDictionary<string, ChatTemplate> NamedTemplates { get; init; }

    /// <summary>
    /// Variables that every rendering gets: the special tokens that the model's files name (bos_token, eos_token, ...), as our own text.
    /// A token that no file names is left out, so that the template sees it as undefined.
    /// </summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>The id of the tokenizer's eos_token; empty where it has none.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>The file that names <see cref="EosTokenIds"/>.</summary>
    public required string TokensFile { get; init; }

    /// <summary>
    /// Reads a model directory: tokenizer.json, tokenizer_config.json (may be absent), and the chat templates from chat_template.jinja or else
    /// from tokenizer_config.json.
    /// </summary>
    /// <param name="directory">The model directory.</param>
    /// <param name="timeProvider">The clock of templates that write the date; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">A file is missing or broken, or needs what is not supported.</exception>
    public static ModelText Load(string directory, TimeProvider? timeProvider = null) => Load(ModelFiles.InDirectory(directory), timeProvider);

    /// <summary>Reads a model's files, as <see cref="Load(string, TimeProvider?)"/> reads a directory's.</summary>
    /// <exception cref="UnsupportedModelException">A file is missing or broken, or needs what is not supported.</exception>
    public static ModelText Load(ModelFiles files, TimeProvider? timeProvider = null) =>
        Of(HuggingFaceTokenizer.Load(files), ModelTemplate.Load(files, timeProvider));

    /// <summary>
    /// Puts a model's two parts together: each learns what the other's marks are (see <see cref="TemplateMarks"/>).
    /// </summary>
    /// <exception cref="UnsupportedModelException">The tokenizer's added tokens cannot be looked for in the template.</exception>
    public static ModelText Of(ITokenizer tokenizer, ModelTemplate template)
    {
        var marks = TemplateMarks.Find(template, tokenizer.OpenTokens);
        return new()
        {
            Tokenizer = tokenizer.WithControlTokens(marks.Control),
            Template = template.Template.WithAnswerMarks(marks.Answer),
            NamedTemplates = template.Named.ToDictionary(named => named.Key, named => named.Value.WithAnswerMarks(marks.Answer)),
            Variables = template.Variables,
            TokensFile = template.TokensFile,
            EosTokenIds = template.Variables.GetValueOrDefault("eos_token") is string eos && tokenizer.FindToken(eos) is { } id ? [id] : [],
        };
    }
}
