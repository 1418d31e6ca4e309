using System.Globalization;

namespace Rill.Serving;

/// <summary>What a caller wants computed for one sequence.</summary>
/// <param name="Prompt">Token ids, at least one; not changed while the sequence lives.</param>
public sealed record SequenceRequest(IReadOnlyList<int> Prompt)
{
    /// <summary>How tokens are drawn and when the sequence ends; without effect for an embedding.</summary>
    public SamplingParameters Parameters { get; init; } = new();

    /// <inheritdoc cref="Sequence.Work"/>
    public SequenceWork Work { get; init; }

    /// <inheritdoc cref="Sequence.Constraint"/>
    public ITokenConstraint? Constraint { get; init; }

    /// <inheritdoc cref="Sequence.CacheSalt"/>
    public string CacheSalt { get; init; } = "";

    /// <inheritdoc cref="Sequence.Adapter"/>
    public int Adapter { get; init; }

    /// <summary>The salt of the sequence: keys and values of one adapter are nobody else's, nor those of a later one of the same name.</summary>
    internal string SaltWithAdapter => Adapter == 0 ? CacheSalt : string.Create(CultureInfo.InvariantCulture, $"adapter {Adapter} {CacheSalt}");
}

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
