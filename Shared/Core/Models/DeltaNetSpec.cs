namespace Rill.Models;

/// <summary>
/// A gated delta net (arXiv 2412.06464). Queries q, keys k and values v of a token are silu(convolution(projection)); q and k are divided by
/// their lengths. A value head has a state S [keyWidth, valueWidth] and reads
/// <code>S *= exp(g);  S += k (beta (v - kᵀS));  o = qᵀS / sqrt(keyWidth)</code>
/// with g = -exp(A) softplus(a + bias) and beta = sigmoid(b), a and b being projections to one number for each value head. The output projection gets
/// rms(o) * silu(z), z being a projection too.
/// </summary>
public sealed record DeltaNetSpec : MixerSpec
{
    /// <summary>Heads of queries and keys.</summary>
    public required int KeyHeads { get; init; }

    /// <summary>Heads of values; a multiple of <see cref="KeyHeads"/>, each of which serves as many: see <see cref="KeyHeadOf"/>.</summary>
    public required int ValueHeads { get; init; }

    /// <summary>Width of a head of queries or keys.</summary>
    public required int KeyWidth { get; init; }

    /// <summary>Width of a head of values.</summary>
    public required int ValueWidth { get; init; }

    /// <summary>False when the value heads of a key head follow one another; true when each key head's first comes before any's second.</summary>
    public bool TiledValueHeads { get; init; }

    /// <summary>True when the weights hold A; false when they hold -exp(A).</summary>
    public bool LogarithmicRates { get; init; } = true;

    /// <summary>Value heads that share a key head.</summary>
    public int Group => ValueHeads / KeyHeads;

    /// <summary>Elements of a row's keys, and of its queries.</summary>
    public int KeySize => KeyHeads * KeyWidth;

    /// <summary>Elements of a row's values.</summary>
    public int ValueSize => ValueHeads * ValueWidth;

    /// <summary>Queries, keys and values of a row, in this order.</summary>
    public override int Channels => (2 * KeySize) + ValueSize;

    /// <inheritdoc/>
    public override int OutputWidth => ValueSize;

    /// <summary>The head of queries and keys that serves a value head.</summary>
    public int KeyHeadOf(int valueHead) => TiledValueHeads ? valueHead % KeyHeads : valueHead / Group;

    /// <inheritdoc/>
    public override long StateSize => base.StateSize + ((long)ValueHeads * KeyWidth * ValueWidth);
}
