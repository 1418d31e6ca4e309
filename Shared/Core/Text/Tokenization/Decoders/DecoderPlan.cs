namespace Rill.Text.Tokenization.Decoders;

/// <summary>Rewrites a token's text; told whether it is the first of its sequence. What it makes of it is taken from the budget before.</summary>
internal delegate string DecoderStep(string token, bool isOpening, EncodingBudget budget);

/// <summary>A decoder chain, taken apart into what happens to each token by itself and what happens to the beginning of the whole text.</summary>
internal sealed record DecoderPlan
{
    /// <summary>What happens to each token, in order.</summary>
    public required IReadOnlyList<DecoderStep> Steps { get; init; }

    /// <summary>True when tokens like &lt;0x0A&gt; stand for a byte.</summary>
    public bool HasByteTokens { get; init; }

    /// <summary>True when tokens are written in the <see cref="ByteAlphabet"/>.</summary>
    public bool IsByteLevel { get; init; }

    /// <summary>True when a step treats a sequence's first token in its own way.</summary>
    public bool KnowsOpening { get; init; }

    /// <summary>What is taken off the beginning of the whole text.</summary>
    public LeadingTrim Trim { get; init; }
}
