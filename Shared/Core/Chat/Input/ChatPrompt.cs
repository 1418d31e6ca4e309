using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>A request as a conversation for the model's template. Every string that the client wrote keeps that origin.</summary>
internal static class ChatPrompt
{
    /// <summary>Writes the conversation as a prompt.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails on it.</exception>
    public static PromptText Render(ChatCompletionRequest request, ChatModel model) =>
        new PromptRenderer(model.Template, model.TemplateVariables, model.NamedTemplates).Render(Conversation(request));

    private static Conversation Conversation(ChatCompletionRequest request) => new()
    {
        Messages = [.. request.Messages.Select(Message)],
        Tools = request.Tools,
        Documents = request.Documents,
        AddGenerationPrompt = request.AddGenerationPrompt ?? !request.ContinueFinalMessage,
        ContinueFinalMessage = request.ContinueFinalMessage,
        Arguments = request.ChatTemplateKwargs,
    };

    private static Dictionary<string, object?> Message(ChatMessage message)
    {
        var variables = new Dictionary<string, object?>
        {
            ["role"] = Role(message.Role),
            ["content"] = message.Content is { } content ? Content(content) : null,
        };
        AddText("name", message.Name);
        AddText("tool_call_id", message.ToolCallId);
        AddText("reasoning_content", message.Reasoning);
        if (message.ToolCalls is { } calls)
        {
            variables["tool_calls"] = calls;
        }

        return variables;

        void AddText(string name, string? value)
        {
            if (value is not null)
            {
                variables[name] = new RequestText(value);
            }
        }
    }

    private static object Content(MessageContent content) => content.WasString
        ? new RequestText(content.Text)
        : content.Parts.Select(MessageNormalizer.Part).ToList();

    /// <summary>The names here are ours: a role is never request text.</summary>
    private static string Role(string role) => role switch
    {
        "developer" => "developer",
        "system" => "system",
        "assistant" => "assistant",
        "tool" => "tool",
        _ => "user",
    };
}
