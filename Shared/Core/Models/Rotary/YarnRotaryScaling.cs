namespace Rill.Models.Rotary;

/// <summary>
/// YaRN (arXiv 2309.00071, section 3; transformers, modeling_rope_utils, "yarn"): frequencies that turn often over the original context are
/// kept, those that turn seldom are divided by <paramref name="Factor"/>, and between the two a ramp over the pairs blends.
/// </summary>
/// <param name="Factor">By how much low frequencies shrink.</param>
/// <param name="OriginalContext">The context length before scaling.</param>
/// <param name="Magnitude">What sines and cosines are multiplied with; see <see cref="MagnitudeOf"/>.</param>
public sealed record YarnRotaryScaling(double Factor, int OriginalContext, double Magnitude) : RotaryScaling
{
    /// <summary>Turns over the original context from which on a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>Turns over the original context up to which a frequency is divided in full.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>True when the ramp's ends are rounded outwards to whole pairs.</summary>
    public bool Truncate { get; init; } = true;

    /// <inheritdoc/>
    public override double AttentionFactor => Magnitude;

    /// <summary>The paper's magnitude for a factor s: 0.1 * scale * ln(s) + 1, and 1 where nothing is stretched (s at most 1).</summary>
    public static double MagnitudeOf(double factor, double scale = 1) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;

    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        var (first, last) = (PairOf(BetaFast), PairOf(BetaSlow));
        if (Truncate)
        {
            (first, last) = (Math.Floor(first), Math.Ceiling(last));
        }

        first = Math.Max(first, 0);
        last = Math.Min(last, rotated - 1);
        if (first == last)
        {
            last += 0.001;    // the reference's way to keep the ramp from dividing by zero
        }

        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            var divided = Math.Clamp((pair - first) / (last - first), 0, 1);
            frequencies[pair] = (frequencies[pair] * (1 - divided)) + (frequencies[pair] / Factor * divided);
        }

        // The pair, as a fraction, whose frequency makes so many turns over the original context.
        double PairOf(double turns) => rotated * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(theta));
    }
}
