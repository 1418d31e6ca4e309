using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>The smallest conversations that every chat template knows, to see what it writes before anybody asks.</summary>
public static class PromptProbe
{
    private static readonly string[][] s_roles = [["user"], ["system", "user", "assistant", "user"]];

    /// <summary>The prompt for the one message "Hello".</summary>
    /// <exception cref="ChatTemplateException">The template refuses it, or fails on it.</exception>
    public static PromptText Greet(PromptRenderer renderer) => Write(renderer, s_roles[0]);

    /// <summary>The prompts of all conversations that the template does not refuse.</summary>
    public static IEnumerable<PromptText> WriteAll(PromptRenderer renderer)
    {
        foreach (var roles in s_roles)
        {
            PromptText prompt;
            try
            {
                prompt = Write(renderer, roles);
            }
            catch (ChatTemplateException)
            {
                continue;    // some know no system's turn; a request that has one is told so
            }

            yield return prompt;
        }
    }

    private static PromptText Write(PromptRenderer renderer, string[] roles) => renderer.Render(new Conversation
    {
        Messages = [.. roles.Select(role => new Dictionary<string, object?> { ["role"] = new RequestText(role), ["content"] = new RequestText("Hello") })],
    });
}
