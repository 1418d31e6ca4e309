namespace Rill.Chat.Output;

/// <summary>
/// Splits one choice's text into parts as it comes. The parts, joined, are the same wherever the tokens were cut into reads. One for each
/// choice; not thread-safe.
/// </summary>
public interface IAnswerParser
{
    /// <summary>True to be given the text of control tokens; false when it is left out.</summary>
    bool ReadsSpecialTokens { get; }

    /// <summary>True where the text that comes next is reasoning: a token that comes then counts as one of reasoning.</summary>
    bool IsReasoning => false;

    /// <summary>Takes a token.</summary>
    /// <param name="tokenId">Its id.</param>
    /// <param name="text">The text that it completes: whole characters, possibly none.</param>
    /// <param name="parts">Where the parts go.</param>
    void Push(int tokenId, string text, AnswerParts parts);

    /// <summary>Takes the end, with what the detokenizer still held, and gives what was held back here.</summary>
    void Flush(string text, AnswerParts parts);
}
