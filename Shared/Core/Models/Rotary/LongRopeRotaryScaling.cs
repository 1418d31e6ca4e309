namespace Rill.Models.Rotary;

/// <summary>
/// LongRoPE (arXiv 2402.13753; transformers, modeling_rope_utils, "longrope"): each frequency is divided by a number of its own, of which
/// there is one list for short sequences and one for long ones.
/// </summary>
/// <remarks>
/// The reference chooses anew for each length, after which the keys computed before no longer fit. Here one choice holds for a whole
/// engine: by the longest sequence that it serves (<see cref="ForLongest"/>).
/// </remarks>
/// <param name="ShortFactors">A divisor for each pair where no sequence exceeds the original context.</param>
/// <param name="LongFactors">A divisor for each pair where one may.</param>
/// <param name="OriginalContext">The context length before scaling.</param>
/// <param name="Magnitude">What sines and cosines are multiplied with; see <see cref="MagnitudeOf"/>.</param>
/// <param name="IsLong">Which list holds.</param>
public sealed record LongRopeRotaryScaling(
    IReadOnlyList<double> ShortFactors, IReadOnlyList<double> LongFactors, int OriginalContext, double Magnitude, bool IsLong) : RotaryScaling
{
    /// <inheritdoc/>
    public override double AttentionFactor => Magnitude;

    /// <summary>The reference's magnitude: sqrt(1 + ln(context / original) / ln(original)), and 1 where nothing is stretched.</summary>
    public static double MagnitudeOf(int context, int original) =>
        context <= original ? 1 : Math.Sqrt(1 + (Math.Log((double)context / original) / Math.Log(original)));

    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        var factors = IsLong ? LongFactors : ShortFactors;
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] /= factors[pair];
        }
    }

    /// <inheritdoc/>
    public override RotaryScaling ForLongest(int tokens) => this with { IsLong = tokens > OriginalContext };

    /// <summary>The same numbers are the same scaling, whichever lists hold them.</summary>
    public bool Equals(LongRopeRotaryScaling? other) =>
        other is not null && (OriginalContext, Magnitude, IsLong) == (other.OriginalContext, other.Magnitude, other.IsLong)
        && ShortFactors.SequenceEqual(other.ShortFactors) && LongFactors.SequenceEqual(other.LongFactors);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(OriginalContext, Magnitude, IsLong, ShortFactors.Count, LongFactors.Count);
}
