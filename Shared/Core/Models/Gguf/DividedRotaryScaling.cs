using Rill.Models.Rotary;

namespace Rill.Models.Gguf;

/// <summary>Each frequency is divided by a number of its own, which GGUF files hold in rope_freqs.weight.</summary>
/// <param name="Divisors">As many as pairs of elements are rotated.</param>
/// <param name="Then">What is done to the quotients; null for nothing.</param>
internal sealed record DividedRotaryScaling(IReadOnlyList<double> Divisors, RotaryScaling? Then) : RotaryScaling
{
    /// <inheritdoc/>
    public override double AttentionFactor => Then?.AttentionFactor ?? 1;

    /// <inheritdoc/>
    public override void Apply(double[] frequencies, double theta, int rotated)
    {
        for (var pair = 0; pair < frequencies.Length; pair++)
        {
            frequencies[pair] /= Divisors[pair];
        }

        Then?.Apply(frequencies, theta, rotated);
    }

    /// <inheritdoc/>
    public override RotaryScaling ForLongest(int tokens) => this with { Then = Then?.ForLongest(tokens) };
}
