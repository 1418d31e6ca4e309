using Rill.Text.Jinja;

namespace Rill.Text;

/// <summary>
/// A model's chat template: a Jinja template that writes a conversation as the model was trained to read it. Rendered as Python's Jinja2
/// does in transformers' environment (sandboxed; trim_blocks and lstrip_blocks). Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Block _body;
    private readonly TimeProvider _timeProvider;

    private ChatTemplate(ParsedTemplate parsed, TimeProvider timeProvider) =>
        (_body, ContentUse, _timeProvider) = (parsed.Body, parsed.ContentUse, timeProvider);

    /// <summary>What the template expects the content of messages to be, as far as its text tells.</summary>
    public TemplateContentUse ContentUse { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What to call it in errors: its file, say.</param>
    /// <param name="timeProvider">The clock of strftime_now; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">The template is broken, or uses what is not supported; the message names the line.</exception>
    public static ChatTemplate Parse(string source, string name, TimeProvider? timeProvider = null) =>
        new(TemplateParser.Parse(source, name), timeProvider ?? TimeProvider.System);

    /// <summary>
    /// Renders a conversation. Values may be null, bool, int, long, double, string (ours), <see cref="RequestText"/> and
    /// <see cref="System.Text.Json.JsonElement"/> (whose strings are the request's), and lists and string-keyed dictionaries of these (whose
    /// keys count as the request's).
    /// Every character of the result keeps its origin, through filters, methods and slices; what was made from both is the request's.
    /// </summary>
    /// <exception cref="ChatTemplateException">
    /// The template refuses the conversation, or cannot use it, or exceeds a limit (a text of 16 Mi characters, a million iterations, 100
    /// nested calls, ten million expressions, 256 Mi characters copied in all).
    /// </exception>
    public PromptText Render(IReadOnlyDictionary<string, object?> variables)
    {
        using var context = new RenderContext(_timeProvider).Enter();
        var scope = Globals.NewScope();
        foreach (var (name, value) in variables)
        {
            scope.Set(name, HostValues.Convert(value));
        }

        var output = new TextBuilder();
        _body.Execute(context, scope, output);
        return output.ToPrompt();
    }
}
