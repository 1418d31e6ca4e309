namespace Rill.Models.Rotary;

/// <summary>
/// Gemma 4's "proportional" rotation (transformers, modeling_rope_utils): the first pairs of the whole head turn, with frequencies whose
/// exponent counts over the whole head, and the others stand still.
/// </summary>
/// <param name="Share">How much of the head turns, in (0, 1].</param>
/// <param name="Factor">By how much frequencies shrink.</param>
public sealed record ProportionalRotaryScaling(double Share, double Factor = 1) : RotaryScaling
{
    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        var turning = (int)(Share * rotated / 2);
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] = pair < turning ? frequencies[pair] / Factor : 0;
        }
    }
}
