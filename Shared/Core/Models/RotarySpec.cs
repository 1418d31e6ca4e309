using Rill.Models.Rotary;

namespace Rill.Models;

/// <summary>Rotary position embedding (RoFormer, arXiv 2104.09864).</summary>
/// <param name="Theta">Base of the frequencies.</param>
public sealed record RotarySpec(double Theta)
{
    /// <summary>Elements of a head that are rotated, its first ones; even. Null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>True when neighbours are rotated against each other (2i, 2i + 1), false when the first half against the second.</summary>
    public bool Interleaved { get; init; }

    /// <summary>How frequencies are stretched for long contexts; null for not.</summary>
    public RotaryScaling? Scaling { get; init; }

    /// <summary>What sines and cosines are multiplied with.</summary>
    public float AttentionFactor => (float)(Scaling?.AttentionFactor ?? 1);

    /// <summary>Elements of a head of this width that are rotated.</summary>
    public int Rotated(int headDim) => Dimensions ?? headDim;

    /// <summary>The settings where no sequence has more than so many tokens.</summary>
    public RotarySpec For(int tokens) => this with { Scaling = Scaling?.For(tokens) };

    /// <summary>
    /// The angle by which each pair of a head turns per position: theta^(-2i/n) with n = <see cref="Rotated"/>, n/2 values, scaled as
    /// <see cref="Scaling"/> says.
    /// </summary>
    public float[] InverseFrequencies(int headDim)
    {
        var rotated = Rotated(headDim);
        var frequencies = new double[rotated / 2];
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = Math.Pow(Theta, -2.0 * pair / rotated);
        }

        Scaling?.Apply(frequencies, Theta, rotated);
        return Array.ConvertAll(frequencies, frequency => (float)frequency);
    }
}
