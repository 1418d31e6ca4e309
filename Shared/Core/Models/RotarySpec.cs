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

/// <summary>A way of stretching rotary frequencies, so that positions beyond the original context look like ones within it.</summary>
public abstract record RotaryScaling
{
    /// <summary>What sines and cosines are multiplied with.</summary>
    public virtual double AttentionFactor => 1;

    /// <summary>Changes the angles per position, in place.</summary>
    /// <param name="frequencies">theta^(-2i/rotated).</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="rotated">Elements that are rotated: twice as many as frequencies.</param>
    public abstract void Apply(double[] frequencies, double theta, int rotated);
}

/// <summary>
/// Llama 3's rotary scaling (transformers, modeling_rope_utils, "llama3"): wavelengths beyond the original context are stretched
/// by <paramref name="Factor"/>, short ones kept, those between interpolated.
/// </summary>
/// <param name="Factor">By how much low frequencies shrink.</param>
/// <param name="LowFrequencyFactor">Wavelengths above OriginalContext / this are stretched in full.</param>
/// <param name="HighFrequencyFactor">Wavelengths below OriginalContext / this are kept.</param>
/// <param name="OriginalContext">The context length before scaling.</param>
public sealed record Llama3RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext) : RotaryScaling
{
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var turns = OriginalContext * frequencies[pair] / (2 * Math.PI);    // over the original context
            var share = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
            frequencies[pair] = (share * frequencies[pair]) + ((1 - share) * frequencies[pair] / Factor);
        }
    }
}
