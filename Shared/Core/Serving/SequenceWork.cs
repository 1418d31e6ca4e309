namespace Rill.Serving;

/// <summary>What is computed for a sequence.</summary>
public enum SequenceWork
{
    /// <summary>Its completion, token by token.</summary>
    Generate,

    /// <summary>A vector: the hidden state of its last token after the final norm.</summary>
    EmbedLast,

    /// <summary>
    /// A vector: the mean of all its tokens' hidden states after the final norm. It takes nothing from the prefix cache, which knows keys
    /// and values only.
    /// </summary>
    EmbedMean,
}
