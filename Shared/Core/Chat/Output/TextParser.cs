namespace Rill.Chat.Output;

/// <summary>Takes every text for content: for models whose way of writing reasoning and tool calls is not read. It has no state.</summary>
public sealed class TextParser : IAnswerParser
{
    private TextParser()
    {
    }

    /// <summary>The one for every choice.</summary>
    public static TextParser Instance { get; } = new();

    /// <inheritdoc/>
    public bool ReadsSpecialTokens => false;

    /// <inheritdoc/>
    public void Push(int tokenId, string text, AnswerParts parts) => parts.AddContent(text);

    /// <inheritdoc/>
    public void Flush(string text, AnswerParts parts) => parts.AddContent(text);
}
