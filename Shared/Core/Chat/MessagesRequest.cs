using Rill.OpenAI;

namespace Rill.Chat;

/// <summary>A request of Anthropic's Messages API: the chat request that it comes to, and what of its answer is told otherwise.</summary>
/// <param name="Chat">What is asked of the model.</param>
public sealed record MessagesRequest(ChatCompletionRequest Chat)
{
    /// <summary>True to leave thoughts out of the answer; their signatures carry them.</summary>
    public bool OmitsThinking { get; init; }

    /// <summary>True where the prompt is all that is to be computed (max_tokens 0). The one token that <see cref="Chat"/> asks for is not told.</summary>
    public bool IsPrefillOnly { get; init; }

    /// <summary>The number of messages alone, so that no log ever shows what a user wrote.</summary>
    public override string ToString() => $"MessagesRequest({Chat.Messages.Count} messages)";
}
