namespace Rill.Models.Rotary;

/// <summary>Position interpolation (arXiv 2306.15595): every frequency is divided by the same number.</summary>
/// <param name="Factor">By how much frequencies shrink.</param>
public sealed record LinearRotaryScaling(double Factor) : RotaryScaling
{
    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] /= Factor;
        }
    }
}
