using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>
/// Renders conversations as a model's prompts: picks the template, gives it its variables, and does what a caller owes to it (see
/// <see cref="MessageNormalizer"/>). Thread-safe.
/// </summary>
/// <param name="template">The model's template.</param>
/// <param name="tokens">Its special tokens by name (bos_token, ...), as our own text.</param>
/// <param name="named">Its other templates by name; "tool_use" is taken for conversations with tools. May be null.</param>
public sealed class PromptRenderer(
    ChatTemplate template, IReadOnlyDictionary<string, object?> tokens, IReadOnlyDictionary<string, ChatTemplate>? named = null)
{
    /// <summary>All text that its templates may write of themselves.</summary>
    internal IReadOnlyList<string> Literals => [.. template.Literals, .. named?.GetValueOrDefault("tool_use")?.Literals ?? []];

    /// <summary>Renders a conversation the way the endpoint does.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails on it; or a name is reserved.</exception>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public PromptText Render(Conversation conversation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        if (conversation.Arguments.Keys.FirstOrDefault(name => Conversation.IsReserved(name) || tokens.ContainsKey(name)) is { } reserved)
        {
            throw new ChatTemplateException($"chat_template_kwargs must not set {reserved}.");
        }

        var chosen = conversation.Tools is not null ? named?.GetValueOrDefault("tool_use") ?? template : template;
        var fitted = conversation with { Messages = MessageNormalizer.Fit(conversation.Messages, chosen.ContentUse) };
        return RenderWith(chosen, tokens, fitted, cancellationToken);
    }

    /// <summary>
    /// Renders a template without a model, as the transformers library does: messages exactly as they are given, special tokens from
    /// <see cref="Conversation.Others"/>.
    /// </summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, or fails on it.</exception>
    public static PromptText RenderAsGiven(ChatTemplate template, Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(conversation);
        return RenderWith(template, conversation.Others, conversation, CancellationToken.None);
    }

    private static PromptText RenderWith(
        ChatTemplate template, IReadOnlyDictionary<string, object?> tokens, Conversation conversation, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object?>(tokens);
        foreach (var (name, value) in conversation.Arguments)
        {
            variables[name] = value;
        }

        variables["messages"] = conversation.Messages;
        variables["add_generation_prompt"] = conversation.AddGenerationPrompt;
        if (conversation.Tools is { } tools)
        {
            variables["tools"] = tools;
        }

        if (conversation.Documents is { } documents)
        {
            variables["documents"] = documents;
        }

        var prompt = template.Render(variables, cancellationToken);
        return conversation.ContinueFinalMessage ? OpenTurn.Cut(prompt, template, conversation.Messages) : prompt;
    }
}
