using System.Globalization;
using Rill.Chat.Format;
using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>A request as a conversation for the model's template. Every string that the client wrote keeps that origin.</summary>
internal static class ChatPrompt
{
    /// <summary>The prompt, of at least one token; or the error to answer with.</summary>
    /// <param name="request">A checked request.</param>
    /// <param name="model">Its template and tokenizer.</param>
    /// <param name="vocabularySize">Rows of the model's embedding: a tokenizer may have more ids, which the model cannot read.</param>
    /// <param name="cancellationToken">Ends rendering and encoding.</param>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public static (EncodedPrompt? Prompt, ApiError? Error) Encode(
        ChatCompletionRequest request, ChatModel model, int vocabularySize, CancellationToken cancellationToken)
    {
        try
        {
            var prompt = Render(SystemTurns.Fit(request, model, cancellationToken), model, cancellationToken);
            var ids = model.Tokenizer.Encode(prompt, cancellationToken);
            return ids.Count == 0 ? (null, Refuse("The messages render to an empty prompt; the model needs at least one token."))
                : ids.Max() is var highest && highest >= vocabularySize ? (null, Refuse(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The messages make the token id {highest}, but the model knows only those below {vocabularySize}: leave that text out.")))
                : (new EncodedPrompt(ids, OpensReasoning: PromptEnd.OpensReasoning(prompt, model.Format, request.ContinueFinalMessage)), null);
        }
        catch (ChatTemplateException refused)
        {
            return (null, Refuse(refused.IsRefusal
                ? refused.Message
                : $"The model's chat template cannot write these messages: {refused.Message.TrimEnd('.')}."));
        }
        catch (EncodingLimitException refused)
        {
            return (null, Refuse(refused.Message));
        }
    }

    /// <summary>Writes the conversation as a prompt.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails on it.</exception>
    public static PromptText Render(ChatCompletionRequest request, ChatModel model, CancellationToken cancellationToken = default) =>
        new PromptRenderer(model.Template, model.TemplateVariables, model.NamedTemplates).Render(Conversation(request), cancellationToken);

    private static ApiError Refuse(string message) => ApiError.InvalidValue("messages", message);

    private static Conversation Conversation(ChatCompletionRequest request) => new()
    {
        Messages = [.. request.Messages.Select(Message)],
        Tools = request.Tools,
        Documents = request.Documents,
        AddGenerationPrompt = request.AddGenerationPrompt ?? !request.ContinueFinalMessage,
        ContinueFinalMessage = request.ContinueFinalMessage,
        Arguments = ThinkingArguments.Of(request),
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
