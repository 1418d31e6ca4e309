namespace Rill.Models.Rotary;

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

    /// <summary>The scaling where no sequence has more than so many tokens.</summary>
    public virtual RotaryScaling For(int tokens) => this;
}
