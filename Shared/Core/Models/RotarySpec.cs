namespace Rill.Models;

/// <summary>Rotary position embedding (RoFormer, arXiv 2104.09864), halves of a head rotated against each other as Hugging Face does.</summary>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Scaling">Llama 3's stretching of the low frequencies; null for none.</param>
public sealed record RotarySpec(double Theta, Llama3RotaryScaling? Scaling = null)
{
    /// <summary>
    /// The angle by which each pair of a head turns per position, headDim/2 values: theta^(-2i/headDim), scaled as
    /// <see cref="Scaling"/> says.
    /// </summary>
    public float[] InverseFrequencies(int headDim)
    {
        var frequencies = new float[headDim / 2];
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var frequency = Math.Pow(Theta, -2.0 * pair / headDim);
            frequencies[pair] = (float)(Scaling?.Apply(frequency) ?? frequency);
        }

        return frequencies;
    }
}

/// <summary>
/// Llama 3's rotary scaling (transformers, modeling_rope_utils, "llama3"): wavelengths beyond the original context are stretched
/// by <paramref name="Factor"/>, short ones kept, those between interpolated.
/// </summary>
/// <param name="Factor">By how much low frequencies shrink.</param>
/// <param name="LowFrequencyFactor">Wavelengths above OriginalContext / this are stretched in full.</param>
/// <param name="HighFrequencyFactor">Wavelengths below OriginalContext / this are kept.</param>
/// <param name="OriginalContext">The context length before scaling.</param>
public sealed record Llama3RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext)
{
    internal double Apply(double frequency)
    {
        var turns = OriginalContext * frequency / (2 * Math.PI);    // over the original context
        var share = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
        return (share * frequency) + ((1 - share) * frequency / Factor);
    }
}
