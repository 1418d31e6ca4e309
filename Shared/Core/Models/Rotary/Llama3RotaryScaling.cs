namespace Rill.Models.Rotary;

/// <summary>
/// Llama 3's rotary scaling (transformers, modeling_rope_utils, "llama3"): wavelengths beyond the original context are stretched
/// by <paramref name="Factor"/>, short ones kept, those between interpolated.
/// </summary>
/// <param name="Factor">By how much low frequencies shrink.</param>
/// <param name="LowFrequencyFactor">Wavelengths above OriginalContext / this are stretched in full.</param>
/// <param name="HighFrequencyFactor">Wavelengths below OriginalContext / this are kept; where both are the same, nothing lies between.</param>
/// <param name="OriginalContext">The context length before scaling.</param>
public sealed record Llama3RotaryScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContext) : RotaryScaling
{
    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var kept = KeptShare(OriginalContext * frequencies[pair] / (2 * Math.PI));
            frequencies[pair] = (kept * frequencies[pair]) + ((1 - kept) * frequencies[pair] / Factor);
        }
    }

    /// <summary>How much of a frequency is kept that makes so many turns over the original context.</summary>
    private double KeptShare(double turns) => HighFrequencyFactor > LowFrequencyFactor
        ? Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1)
        : turns >= LowFrequencyFactor ? 1 : 0;    // Llama 4 Scout publishes the same number twice: the formula would divide by zero
}
