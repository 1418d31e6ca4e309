using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed unsafe class RowKernelsTests
{
    public static TheoryData<int> Sizes => [1, 2, 15, 16, 17, 48, 100, 257];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void RmsNorm_AnySize_AgreesWithTheReference(int size)
    {
        var (source, weight, target) = (Values(size, 1), Values(size, 2), new float[size]);
        fixed (float* s = source, w = weight, t = target)
        {
            RowKernels.RmsNorm(s, w, 1e-5f, t, size);
        }

        var scale = 1 / Math.Sqrt(source.Average(value => (double)value * value) + 1e-5);
        AssertClose(source.Zip(weight, (value, factor) => value * scale * factor), target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void RmsNorm_WithoutWeights_AgreesWithTheReference(int size)
    {
        var (source, target) = (Values(size, 1), new float[size]);
        fixed (float* s = source, t = target)
        {
            RowKernels.RmsNorm(s, 1e-5f, t, size);
        }

        var scale = 1 / Math.Sqrt(source.Average(value => (double)value * value) + 1e-5);
        AssertClose(source.Select(value => value * scale), target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Multiply_AnySize_AgreesWithTheReference(int size)
    {
        var (values, factors) = (Values(size, 1), Values(size, 2));
        var expected = values.Zip(factors, (value, factor) => (double)value * factor).ToList();
        fixed (float* v = values, f = factors)
        {
            RowKernels.Multiply(v, f, v, size);
        }

        AssertClose(expected, values);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void CutBelow_AnySize_LeavesWhatExceedsTheMeanByEnough(int size)
    {
        var values = Values(size, 5);
        var mean = values.Average(value => (double)value);
        var cutoff = mean + (0.7 * Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
        var expected = values.Select(value => Math.Max(value - cutoff, 0)).ToList();
        fixed (float* v = values)
        {
            RowKernels.CutBelow(v, 0.7f, size);
        }

        AssertClose(expected, values);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gate_Silu_AnySize_AgreesWithTheReference(int size)
    {
        var (gate, up, target) = (Values(size, 3), Values(size, 4), new float[size]);
        fixed (float* g = gate, u = up, t = target)
        {
            ActivationKernel.Gate<Float32Elements>(Rill.Models.Activation.Silu, g, u, t, size);
        }

        AssertClose(gate.Zip(up, (value, factor) => value / (1 + Math.Exp(-value)) * factor), target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Rotate_AnySize_AgreesWithTheReference(int half)
    {
        var (source, angles, target) = (Values(2 * half, 5), Values(half, 6), new float[2 * half]);
        var (cosines, sines) = (Array.ConvertAll(angles, MathF.Cos), Array.ConvertAll(angles, MathF.Sin));
        fixed (float* s = source, c = cosines, n = sines, t = target)
        {
            RowKernels.Rotate<Float32Elements>(s, c, n, 0.5f, t, 2 * half);
        }

        AssertClose(Enumerable.Range(0, 2 * half).Select(i => i < half
            ? 0.5 * (((double)source[i] * cosines[i]) - ((double)source[i + half] * sines[i]))
            : 0.5 * (((double)source[i] * cosines[i - half]) + ((double)source[i - half] * sines[i - half]))), target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void NarrowAndWiden_AnySize_RoundToNearestEven(int size)
    {
        var (source, narrow, wide) = (Values(size, 7), new ushort[size], new float[size]);
        fixed (float* s = source, w = wide)
        fixed (ushort* n = narrow)
        {
            RowKernels.Narrow<BFloat16Elements>(s, n, size);
            RowKernels.Widen<BFloat16Elements>(n, w, size);
        }

        Assert.Equal(source.Select(value => TorchSharp.torch.tensor(value).to_type(TorchSharp.torch.ScalarType.BFloat16).to_type(TorchSharp.torch.ScalarType.Float32).item<float>()), wide);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Add_AnySize_AddsEveryElement(int size)
    {
        var (residual, addend) = (Values(size, 8), Values(size, 9));
        var expected = residual.Zip(addend, (left, right) => left + right).ToArray();
        fixed (float* r = residual, a = addend)
        {
            RowKernels.Add<Float32Elements>(r, a, size);
        }

        Assert.Equal(expected, residual);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LayerNorm_AnySize_AgreesWithTheReference(int size)
    {
        var (source, weight, bias, target) = (Values(size, 10), Values(size, 11), Values(size, 12), new float[size]);
        fixed (float* s = source, w = weight, b = bias, t = target)
        {
            RowKernels.LayerNorm(s, w, b, 1e-5f, t, size);
        }

        var mean = source.Average(value => (double)value);
        var scale = 1 / Math.Sqrt(source.Average(value => (value - mean) * (value - mean)) + 1e-5);
        AssertClose(source.Select((value, i) => ((value - mean) * scale * weight[i]) + bias[i]), target);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AddScaled_AnySize_AddsEveryElementTimesTheFactor(int size)
    {
        var (residual, addend) = (Values(size, 13), Values(size, 14));
        var expected = residual.Zip(addend, (left, right) => left + (right * 0.3)).ToArray();
        fixed (float* r = residual, a = addend)
        {
            RowKernels.AddScaled(r, a, 0.3f, size);
        }

        AssertClose(expected, residual);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SoftCap_AnySize_IsTheHyperbolicTangentOfTheQuotient(int size)
    {
        var values = Values(size, 15);
        var expected = values.Select(value => 1.5 * Math.Tanh(value / 1.5)).ToArray();
        fixed (float* v = values)
        {
            RowKernels.SoftCap(v, 1.5f, size);
        }

        AssertClose(expected, values);
    }

    [Fact]
    public void SoftCap_OfHugeValues_IsTheCap()
    {
        float[] values = [1e30f, -1e30f, float.PositiveInfinity];
        fixed (float* v = values)
        {
            RowKernels.SoftCap(v, 50, values.Length);
        }

        Assert.Equal([50, -50, 50], values);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void RotateNeighbours_AnySize_AgreesWithTheReference(int half)
    {
        var (source, angles, target) = (Values(2 * half, 16), Values(half, 17), new float[2 * half]);
        var (cosines, sines) = (Array.ConvertAll(angles, MathF.Cos), Array.ConvertAll(angles, MathF.Sin));
        fixed (float* s = source, c = cosines, n = sines, t = target)
        {
            RowKernels.RotateNeighbours(s, c, n, 0.5f, t, 2 * half);
        }

        AssertClose(Enumerable.Range(0, 2 * half).Select(i => i % 2 == 0
            ? 0.5 * (((double)source[i] * cosines[i / 2]) - ((double)source[i + 1] * sines[i / 2]))
            : 0.5 * (((double)source[i] * cosines[i / 2]) + ((double)source[i - 1] * sines[i / 2]))), target);
    }

    private static void AssertClose(IEnumerable<double> expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 1e-5, pair.First + 1e-5));

    private static float[] Values(int size, int seed)
    {
        NativeTorch.Load();
        var random = new Random(seed);
        return [.. Enumerable.Range(0, size).Select(_ => (float)((random.NextDouble() * 4) - 2))];
    }
}
