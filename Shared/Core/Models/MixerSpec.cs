namespace Rill.Models;

/// <summary>
/// What a layer has in attention's place. It keeps no keys and values: it carries a state of fixed size from token to token, which is zero
/// before a sequence's first one.
/// </summary>
public abstract record MixerSpec
{
    /// <summary>Inputs that a convolution weighs, the current token's among them; at least 2.</summary>
    public required int Taps { get; init; }

    /// <summary>Channels of the convolution.</summary>
    public abstract int Channels { get; }

    /// <summary>Elements of a row that the output projection takes.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>Elements of one sequence's state in one layer, in f32: the convolution's earlier inputs, and what the kind has beside them.</summary>
    public virtual long StateSize => (Taps - 1L) * Channels;
}
