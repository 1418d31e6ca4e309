using Rill.Text.Jinja;

namespace Rill.Text;

/// <summary>
/// A model's chat template: a Jinja template that writes a conversation as the model was trained to read it. Rendered as Python's Jinja2
/// does in transformers' environment (sandboxed; trim_blocks and lstrip_blocks). Immutable and thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly ParsedTemplate _parsed;
    private readonly TimeProvider _timeProvider;
    private readonly AnswerMarks? _answerMarks;

    private ChatTemplate(ParsedTemplate parsed, TimeProvider timeProvider, AnswerMarks? answerMarks = null) =>
        (_parsed, _timeProvider, _answerMarks) = (parsed, timeProvider, answerMarks);

    /// <summary>What the template expects the content of messages to be, as far as its text tells.</summary>
    public TemplateContentUse ContentUse => _parsed.ContentUse;

    /// <summary>All text that the template may write of itself, in its expressions too.</summary>
    internal IReadOnlyList<string> Literals => _parsed.Literals;

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What to call it in errors: its file, say.</param>
    /// <param name="timeProvider">The clock of strftime_now; the system's when null.</param>
    /// <exception cref="UnsupportedModelException">The template is broken, or uses what is not supported; the message names the line.</exception>
    public static ChatTemplate Parse(string source, string name, TimeProvider? timeProvider = null) =>
        new(TemplateParser.Parse(source, name), timeProvider ?? TimeProvider.System);

    /// <summary>The same template, which takes these marks for its own where an assistant's turn among its messages holds them.</summary>
    internal ChatTemplate WithAnswerMarks(IReadOnlyCollection<string> marks) =>
        marks.Count > 0 ? new(_parsed, _timeProvider, new(marks)) : this;

    /// <summary>True for an answer in which every character counts as the template's.</summary>
    internal bool HoldsOnlyMarks(string answer) => _answerMarks?.Mark(JinjaText.OfRequest(answer)) is { HasRequest: false };

    /// <summary>
    /// Renders a conversation. Values may be null, bool, int, long, double, string (ours), <see cref="RequestText"/> and
    /// <see cref="System.Text.Json.JsonElement"/> (whose strings are the request's), and lists and string-keyed dictionaries of these (whose
    /// keys count as the request's).
    /// Every character of the result keeps its origin, through filters, methods and slices; what was made from both is the request's.
    /// </summary>
    /// <param name="variables">The template's variables by name.</param>
    /// <param name="cancellationToken">Ends the rendering; it is looked at every fraction of a millisecond.</param>
    /// <exception cref="OperationCanceledException">The cancellation came.</exception>
    /// <exception cref="ChatTemplateException">
    /// The template refuses the conversation, or cannot use it, or exceeds a limit (a text of 16 Mi characters, a million iterations, 100
    /// nested calls, ten million expressions, 256 Mi characters copied in all).
    /// </exception>
    public PromptText Render(IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken = default)
    {
        using var context = new RenderContext(_timeProvider, cancellationToken).Enter();
        var scope = Globals.NewScope();
        foreach (var (name, value) in variables)
        {
            var converted = HostValues.Convert(value);
            scope.Set(name, name == "messages" && _answerMarks is not null ? _answerMarks.Apply(converted) : converted);
        }

        var output = new TextBuilder();
        _parsed.Body.Execute(context, scope, output);
        return output.ToPrompt();
    }
}
