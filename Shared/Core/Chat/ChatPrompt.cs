using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat;

/// <summary>What a template is given of a request. Every string that the client wrote keeps that origin.</summary>
internal static class ChatPrompt
{
    /// <summary>Renders the conversation, ready for the assistant's turn.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails on it.</exception>
    public static PromptText Render(ChatCompletionRequest request, ChatModel model) =>
        model.Template.Render(new Dictionary<string, object?>(model.TemplateVariables)
        {
            ["messages"] = request.Messages.Select(Message).ToList(),
            ["add_generation_prompt"] = true,
        });

    private static Dictionary<string, object?> Message(ChatMessage message)
    {
        var variables = new Dictionary<string, object?>
        {
            ["role"] = TemplateRole(message.Role),
            ["content"] = message.Content is { } content ? new RequestText(content.Text) : null,
        };
        AddText("name", message.Name);
        AddText("tool_call_id", message.ToolCallId);
        AddText("reasoning_content", message.Reasoning);
        if (message.ToolCalls is { } calls)
        {
            variables["tool_calls"] = ToolCallHistory.Read(calls);
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

    /// <summary>Templates know the developer's role under its older name, system. The names here are ours: a role is never request text.</summary>
    private static string TemplateRole(string role) => role switch
    {
        "developer" or "system" => "system",
        "assistant" => "assistant",
        "tool" => "tool",
        _ => "user",
    };
}
