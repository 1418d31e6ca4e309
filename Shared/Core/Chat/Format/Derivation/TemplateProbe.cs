using System.Text.Json;
using Rill.Chat.Input;
using Rill.Text;

namespace Rill.Chat.Format.Derivation;

/// <summary>Renders conversations that differ in one thing, and gives what a template writes behind the user's message.</summary>
/// <param name="renderer">The model's template.</param>
/// <param name="cancellationToken">Ends all of it.</param>
internal sealed class TemplateProbe(PromptRenderer renderer, CancellationToken cancellationToken)
{
    /// <summary>The assistant's text.</summary>
    public const string Text = "zqtext";

    /// <summary>The assistant's reasoning.</summary>
    public const string Thought = "zqthought";

    private const string User = "zquser";

    /// <summary>The variables by which templates are told whether the model is to think.</summary>
    private static readonly string[] s_switches = ["enable_thinking", "thinking"];

    /// <summary>The tools of <see cref="NeedleCall"/>.</summary>
    public static JsonElement Tools { get; } = JsonDocument.Parse($"[{NeedleCall.First.Tool},{NeedleCall.Second.Tool}]").RootElement;

    /// <summary>True when the template may write this text of itself.</summary>
    public bool Holds(string text) => renderer.Literals.Any(literal => literal.Contains(text, StringComparison.Ordinal));

    /// <summary>What stands behind the user's message when it is the last; null where the template fails.</summary>
    /// <param name="generates">True for the beginning of an answer too.</param>
    /// <param name="tools">The request's tools; null for none.</param>
    /// <param name="thinking">Whether the model is to think; null to say nothing.</param>
    public string? Prompt(bool generates, JsonElement? tools = null, bool? thinking = null) => AfterUser(new Conversation
    {
        Messages = [UserTurn()],
        AddGenerationPrompt = generates,
        Tools = tools,
        Arguments = thinking is { } on
            ? s_switches.ToDictionary(name => name, _ => JsonSerializer.SerializeToElement(on))
            : new Dictionary<string, JsonElement>(),
    });

    /// <summary>What stands behind the user's message when an answer follows; null where the template fails.</summary>
    /// <param name="content">Its text; may be null.</param>
    /// <param name="others">What else the answer's message has.</param>
    /// <param name="tools">The request's tools; null for none.</param>
    public string? Answer(string? content, IReadOnlyDictionary<string, object?>? others = null, JsonElement? tools = null)
    {
        var turn = new Dictionary<string, object?>(others ?? new Dictionary<string, object?>()) { ["role"] = "assistant", ["content"] = content };
        return AfterUser(new Conversation { Messages = [UserTurn(), turn], AddGenerationPrompt = false, Tools = tools });
    }

    private static Dictionary<string, object?> UserTurn() => new() { ["role"] = "user", ["content"] = User };

    private string? AfterUser(Conversation conversation)
    {
        try
        {
            var prompt = renderer.Render(conversation, cancellationToken).ToString();
            var user = prompt.LastIndexOf(User, StringComparison.Ordinal);
            return user < 0 ? null : prompt[(user + User.Length)..];
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }
}
