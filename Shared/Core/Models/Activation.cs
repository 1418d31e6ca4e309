namespace Rill.Models;

/// <summary>Activations of the feed-forward.</summary>
public enum Activation
{
    /// <summary>x * sigmoid(x).</summary>
    Silu,

    /// <summary>x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x³))).</summary>
    GeluTanh,

    /// <summary>x / 2 * (1 + erf(x / sqrt(2))).</summary>
    GeluErf,

    /// <summary>max(x, 0)².</summary>
    SquaredRelu,

    /// <summary>gpt-oss: with g = min(gate, 7) and u = clamp(up, -7, 7), (u + 1) * g * sigmoid(1.702 g).</summary>
    ClampedSwiglu,
}
