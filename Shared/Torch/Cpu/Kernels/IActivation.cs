using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>An activation of the feed-forward, as a type argument of <see cref="ActivationKernel"/>.</summary>
internal interface IActivation
{
    /// <summary>act(x), sixteen at once.</summary>
    static abstract Vector512<float> Apply(Vector512<float> x);

    /// <summary>What goes on from a gate and what it multiplies: act(gate) * up, or what the activation makes of both.</summary>
    static abstract Vector512<float> Gate(Vector512<float> gate, Vector512<float> up);
}

/// <summary>sigmoid(x).</summary>
internal readonly struct Sigmoid : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) => Apply(gate) * up;
}

/// <summary>x * sigmoid(x).</summary>
internal readonly struct Silu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x) => x / (Vector512<float>.One + Vector512.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) => Apply(gate) * up;
}

/// <summary>GELU by its tanh form: x / 2 * (1 + tanh(u)) = x * sigmoid(2 u) with u = sqrt(2 / pi) * (x + 0.044715 x³).</summary>
internal readonly struct GeluTanh : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var cubic = Vector512.FusedMultiplyAdd(x * x * x, Vector512.Create(0.044715f), x);
        return x / (Vector512<float>.One + Vector512.Exp(cubic * Vector512.Create(-1.5957691216f)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) => Apply(gate) * up;
}

/// <summary>GELU by the error function, which Abramowitz and Stegun's 7.1.26 gives to 1.5e-7.</summary>
internal readonly struct GeluErf : IActivation
{
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var z = Vector512.Abs(x) * Vector512.Create(0.70710678f);
        var t = Vector512<float>.One / Vector512.FusedMultiplyAdd(z, Vector512.Create(0.3275911f), Vector512<float>.One);
        var sum = Vector512.Create(1.061405429f);
        foreach (var coefficient in (ReadOnlySpan<float>)[-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f])
        {
            sum = Vector512.FusedMultiplyAdd(sum, t, Vector512.Create(coefficient));
        }

        var tail = sum * t * Vector512.Exp(-(z * z)) * Vector512.Create(0.5f);    // (1 - erf(|x| / sqrt 2)) / 2
        return x * Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), tail, Vector512<float>.One - tail);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) => Apply(gate) * up;
}

/// <summary>max(x, 0)².</summary>
internal readonly struct SquaredRelu : IActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Apply(Vector512<float> x)
    {
        var positive = Vector512.Max(x, Vector512<float>.Zero);
        return positive * positive;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) => Apply(gate) * up;
}

/// <summary>gpt-oss: with g = min(gate, 7) and u = clamp(up, -7, 7), (u + 1) * g * sigmoid(1.702 g).</summary>
internal readonly struct ClampedSwiglu : IActivation
{
    private const float Limit = 7;

    public static Vector512<float> Apply(Vector512<float> x)
    {
        var gate = Vector512.Min(x, Vector512.Create(Limit));
        return gate / (Vector512<float>.One + Vector512.Exp(gate * Vector512.Create(-1.702f)));
    }

    public static Vector512<float> Gate(Vector512<float> gate, Vector512<float> up) =>
        Apply(gate) * (Vector512.Clamp(up, Vector512.Create(-Limit), Vector512.Create(Limit)) + Vector512<float>.One);
}
