using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class ActivationKernelTests
{
    private const double SquareRootOfTwoOverPi = 0.79788456080286541;

    public static TheoryData<Activation, int> Cases
    {
        get
        {
            var cases = new TheoryData<Activation, int>();
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var size in (int[])[1, 15, 16, 50])
                {
                    cases.Add(activation, size);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gate_AnySize_AgreesWithTheFormula(Activation activation, int size)
    {
        var (gate, up, target) = (Values(size, 1), Values(size, 2), new float[size]);
        fixed (float* g = gate, u = up, t = target)
        {
            ActivationKernel.Gate<Float32Elements>(activation, g, u, t, size);
        }

        Assert.All(target.Index(), result => Assert.Equal(Gate(activation, gate[result.Index], up[result.Index]), result.Item, 2e-5));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_InPlace_AgreesWithTheFormula(Activation activation, int size)
    {
        var values = Values(size, 3);
        var expected = Array.ConvertAll(values, value => Apply(activation, value));
        fixed (float* v = values)
        {
            ActivationKernel.Apply<Float32Elements>(activation, v, v, size);
        }

        Assert.All(values.Index(), result => Assert.Equal(expected[result.Index], result.Item, 2e-5));
    }

    [Theory]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.GeluTanh)]
    [InlineData(Activation.GeluErf)]
    public void Apply_OfLargeValues_IsTheValueOrNothing(Activation activation)
    {
        float[] values = [80, -80];
        fixed (float* v = values)
        {
            ActivationKernel.Apply<Float32Elements>(activation, v, v, 2);
        }

        Assert.Equal(80, values[0], 1e-4f);
        Assert.Equal(0, values[1], 1e-4f);
    }

    private static double Gate(Activation activation, double gate, double up) => activation == Activation.ClampedSwiglu
        ? (Math.Clamp(up, -7, 7) + 1) * Apply(activation, gate)
        : Apply(activation, gate) * up;

    private static double Apply(Activation activation, double x) => activation switch
    {
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.GeluTanh => x / 2 * (1 + Math.Tanh(SquareRootOfTwoOverPi * (x + (0.044715 * x * x * x)))),
        Activation.GeluErf => x * NormalDistribution(x),
        Activation.SquaredRelu => Math.Max(x, 0) * Math.Max(x, 0),
        _ => Math.Min(x, 7) / (1 + Math.Exp(-1.702 * Math.Min(x, 7))),
    };

    /// <summary>By Simpson's rule over the density.</summary>
    private static double NormalDistribution(double x)
    {
        const int steps = 2_000;
        var (sum, width) = (0.0, x / steps);
        for (var i = 0; i <= steps; i++)
        {
            var weight = i is 0 or steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.Exp(-(i * width) * (i * width) / 2);
        }

        return 0.5 + (sum * width / 3 / Math.Sqrt(2 * Math.PI));
    }

    private static float[] Values(int size, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size).Select(_ => (float)((random.NextDouble() * 18) - 9))];
    }
}
