namespace Rill.Models;

/// <summary>
/// A gated short convolution (LFM2): of the parts B, C and u of a projection, the output projection gets C * convolution(B * u), the
/// convolution going over the positions of each channel by itself.
/// </summary>
/// <param name="Width">Width of each part: the hidden size.</param>
public sealed record ShortConvSpec(int Width) : MixerSpec
{
    /// <summary>Biases on both projections and on the convolution.</summary>
    public bool Bias { get; init; }

    /// <inheritdoc/>
    public override int Channels => Width;

    /// <inheritdoc/>
    public override int OutputWidth => Width;
}
