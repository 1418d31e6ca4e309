using System.Globalization;
using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>
/// Turns of the system, or the developer, behind the first. A template that refuses them, or writes them elsewhere, gets those at the beginning
/// as one, and others within the user's turn beside them. These stay at their place: at the beginning they would change what the prefix cache
/// holds.
/// </summary>
internal static class SystemTurns
{
    private const string Start = "<system>\n";
    private const string End = "\n</system>";

    /// <summary>The conversation as the model's template can write it.</summary>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public static ChatCompletionRequest Fit(ChatCompletionRequest request, ChatModel model, CancellationToken cancellationToken = default) =>
        request.Messages.Skip(1).Any(IsSystem) && !Writes(request, model, cancellationToken)
            ? request with { Messages = Fold(request.Messages) }
            : request;

    private static bool IsSystem(ChatMessage message) => message.Role is "system" or "developer";

    /// <summary>Whether the template writes a conversation of these turns, with other texts, in their order.</summary>
    private static bool Writes(ChatCompletionRequest request, ChatModel model, CancellationToken cancellationToken)
    {
        ChatMessage[] marked = [.. request.Messages.Select((message, index) => message with { Content = new MessageContent(Mark(index)), Reasoning = null })];
        try
        {
            var prompt = ChatPrompt.Render(request with { Messages = marked, ContinueFinalMessage = false }, model, cancellationToken).ToString();
            var from = 0;
            for (var i = 0; i < marked.Length; i++)
            {
                var isLate = i > 0 && IsSystem(marked[i]);
                var found = isLate ? prompt.IndexOf(Mark(i), from, StringComparison.Ordinal) : prompt.LastIndexOf(Mark(i), StringComparison.Ordinal);
                if (isLate && found < 0)
                {
                    return false;
                }

                from = Math.Max(from, found);
            }

            return true;
        }
        catch (ChatTemplateException)
        {
            return false;
        }
    }

    private static string Mark(int index) => string.Create(CultureInfo.InvariantCulture, $"[turn {index}]");

    private static List<ChatMessage> Fold(IReadOnlyList<ChatMessage> messages)
    {
        var folded = new List<ChatMessage>();
        foreach (var (index, message) in messages.Index())
        {
            if (IsSystem(message) && folded is [var first] && IsSystem(first))
            {
                folded[0] = first with { Content = new MessageContent($"{first.Content!.Text}\n\n{message.Content!.Text}") };
                continue;
            }

            var turn = index > 0 && IsSystem(message)
                ? new ChatMessage("user", new MessageContent(Start + message.Content!.Text + End))
                : message;
            if (turn.Role == "user" && folded is [.., { Role: "user" } last])
            {
                folded[^1] = last with { Content = new MessageContent([.. last.Content!.Parts, .. turn.Content!.Parts]) };
            }
            else
            {
                folded.Add(turn);
            }
        }

        return folded;
    }
}
