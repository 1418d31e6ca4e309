using Rill.Text.Tokenization.AddedTokens;

namespace Rill.Text;

/// <summary>
/// Which of a tokenizer's open tokens (see <see cref="ITokenizer.OpenTokens"/>) a model's templates use as marks. Publishers flag marks as
/// they like: what a template writes of itself is one, whatever its flag says.
/// </summary>
/// <param name="Control">Those that the templates write. White space alone is no mark: templates indent with it.</param>
/// <param name="Answer">
/// Of these, those that the template writes only for an assistant's tool calls and reasoning, and never in a plain conversation.
/// </param>
internal sealed record TemplateMarks(IReadOnlySet<string> Control, IReadOnlyCollection<string> Answer)
{
    private const string Word = "x";

    private static readonly Dictionary<string, object?> s_system = Turn("system");
    private static readonly Dictionary<string, object?> s_user = Turn("user");
    private static readonly Dictionary<string, object?> s_answer = Turn("assistant");

    private static readonly Dictionary<string, object?> s_reasonedAnswer = new(s_answer) { ["reasoning_content"] = new RequestText(Word) };

    private static readonly Dictionary<string, object?> s_call = new(Turn("assistant"))
    {
        ["content"] = new RequestText(""),
        ["tool_calls"] = new[]
        {
            new Dictionary<string, object?>
            {
                ["id"] = new RequestText("abcdefghi"),
                ["type"] = "function",
                ["function"] = new Dictionary<string, object?>
                {
                    ["name"] = new RequestText(Word),
                    ["arguments"] = new Dictionary<string, object?>(),
                },
            },
        },
    };

    /// <summary>Reads the marks off the templates' text, and off what they write of some short conversations.</summary>
    /// <exception cref="UnsupportedModelException">It would take too long, by the tokens' texts.</exception>
    public static TemplateMarks Find(ModelTemplate template, IReadOnlyCollection<string> openTokens)
    {
        var candidates = openTokens.Where(text => !string.IsNullOrWhiteSpace(text))
            .Select(text => (text, new AddedToken(0, text, IsSpecial: false, false, false, false, IsNormalized: false)))
            .ToList();
        if (candidates.Count == 0)
        {
            return new(new HashSet<string>(), []);
        }

        var matcher = new AddedTokenMatcher(candidates);
        ChatTemplate[] templates = [template.Template, .. template.Named.Values];
        var control = new HashSet<string>(templates.SelectMany(each => MarksIn(each.Literals, matcher)));
        var (plainly, answer) = (new HashSet<string>(), new HashSet<string>());
        foreach (var each in templates)
        {
            var plain = Write(each, template, opensAnswer: false, s_system, s_user, s_answer, s_user)
                ?? Write(each, template, opensAnswer: false, s_user, s_answer, s_user);
            if (plain is null)
            {
                continue;
            }

            plainly.UnionWith(MarksIn(plain, matcher));
            control.UnionWith(MarksIn(Write(each, template, opensAnswer: true, s_user) ?? [], matcher));
            foreach (var last in new[] { s_call, s_reasonedAnswer })
            {
                answer.UnionWith(MarksIn(Write(each, template, opensAnswer: false, s_user, last) ?? [], matcher));
            }
        }

        answer.ExceptWith(plainly);
        control.UnionWith(plainly);
        control.UnionWith(answer);
        return new(control, answer);
    }

    private static HashSet<string> MarksIn(IReadOnlyList<string> texts, AddedTokenMatcher matcher)
    {
        try
        {
            // No token holds a null character, by which the texts stay apart.
            var text = string.Join('\0', texts);
            return [.. matcher.FindAll(text, new(text.Length, CancellationToken.None)).Select(token => token.Content)];
        }
        catch (EncodingLimitException exception)
        {
            throw new UnsupportedModelException("The model's added tokens are too many and too long to look for in its chat template.", exception);
        }
    }

    /// <summary>What the template writes of itself in a conversation, in pieces; null when it refuses the conversation.</summary>
    private static IReadOnlyList<string>? Write(
        ChatTemplate template, ModelTemplate model, bool opensAnswer, params IReadOnlyList<Dictionary<string, object?>> messages)
    {
        try
        {
            var prompt = template.Render(new Dictionary<string, object?>(model.Variables)
            {
                ["messages"] = messages,
                ["add_generation_prompt"] = opensAnswer,
            });
            return [.. prompt.Runs.Where(run => !run.FromRequest).Select(run => run.Text)];
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private static Dictionary<string, object?> Turn(string role) => new() { ["role"] = role, ["content"] = new RequestText(Word) };
}
