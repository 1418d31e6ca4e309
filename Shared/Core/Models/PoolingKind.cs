namespace Rill.Models;

/// <summary>How a vector is made of the hidden states of a text's tokens, after the final norm.</summary>
public enum PoolingKind
{
    /// <summary>The last token's.</summary>
    Last,

    /// <summary>The mean of all.</summary>
    Mean,
}
