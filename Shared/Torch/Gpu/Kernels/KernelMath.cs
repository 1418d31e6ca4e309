using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// What kernels compute with. The functions are written out, since PTX has none of them exactly and ILGPU's come from a library of the CUDA
/// toolkit, which a machine that only runs models lacks; so a kernel gives the same on every device.
/// </summary>
internal static class KernelMath
{
    /// <summary>Threads that execute together.</summary>
    public const int WarpSize = 32;

    private const int MostWarps = 32;    // of a group: 1,024 threads

    /// <summary>e to the power of x, to about one unit in the last place; outside of -87 to 88 the value at the bound.</summary>
    public static float Exp(float x)
    {
        var bounded = x < -87f ? -87f : x > 88f ? 88f : x;
        var power = (int)((bounded * 1.44269504f) + (bounded < 0f ? -0.5f : 0.5f));

        // ln 2 in two parts, so that the rest keeps its bits; |rest| <= ln(2) / 2, where Taylor's series of degree 7 errs by 5e-9.
        var rest = bounded - (power * 0.693359375f) - (power * -2.12194440e-4f);
        var series = 1f + (rest * (1f + (rest * (0.5f + (rest * (0.166666667f + (rest * (0.0416666667f
            + (rest * (0.00833333333f + (rest * (0.00138888889f + (rest * 0.000198412698f)))))))))))));
        return series * Interop.IntAsFloat((uint)(power + 127) << 23);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));

    /// <summary>tanh, to 2e-7.</summary>
    public static float Tanh(float x) => 1f - (2f / (Exp(2f * x) + 1f));

    /// <summary>The error function, to 3e-7 (Abramowitz and Stegun, 7.1.26).</summary>
    public static float Erf(float x)
    {
        var size = x < 0f ? -x : x;
        var t = 1f / (1f + (0.3275911f * size));
        var sum = t * (0.254829592f + (t * (-0.284496736f + (t * (1.421413741f + (t * (-1.453152027f + (t * 1.061405429f))))))));
        var value = 1f - (sum * Exp(-size * size));
        return x < 0f ? -value : value;
    }

    /// <summary>The sum of a value over all threads of the group, which all call it; a group calls it once.</summary>
    public static float GroupSum(float value)
    {
        var sums = SharedMemory.Allocate<float>(MostWarps);
        for (var distance = WarpSize / 2; distance > 0; distance /= 2)
        {
            value += Warp.ShuffleXor(value, distance);
        }

        if (Group.IdxX % WarpSize == 0)
        {
            sums[Group.IdxX / WarpSize] = value;
        }

        Group.Barrier();
        var total = 0f;
        for (var warp = 0; warp < Group.DimX / WarpSize; warp++)
        {
            total += sums[warp];
        }

        return total;
    }
}
