using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Kernels over single rows. A row's result depends on that row alone, never on its neighbours or on how many there are: this is what
/// makes a sequence's bits independent of its batch. They are compiled with full optimisation at once: the unoptimised first tier of
/// vector code is a hundred times slower, and would make the first requests slow.
/// </summary>
internal static unsafe class RowKernels
{
    private const int Lanes = 16;

    /// <summary>target = source, converted to f32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen<T>(void* source, float* target, int size) where T : IElements
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            T.Load(source, i).Store(target + i);
        }

        for (; i < size; i++)
        {
            target[i] = T.LoadOne(source, i);
        }
    }

    /// <summary>target = source, rounded to nearest even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow<T>(float* source, void* target, int size) where T : IElements
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            T.Store(Vector512.Load(source + i), target, i);
        }

        for (; i < size; i++)
        {
            T.StoreOne(source[i], target, i);
        }
    }

    /// <summary>residual += addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<T>(float* residual, void* addend, int size) where T : IElements
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            (Vector512.Load(residual + i) + T.Load(addend, i)).Store(residual + i);
        }

        for (; i < size; i++)
        {
            residual[i] += T.LoadOne(addend, i);
        }
    }

    /// <summary>target = source / sqrt(mean(source²) + epsilon) * weight (RMSNorm, arXiv 1910.07467). Source and target may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsNorm(float* source, float* weight, float epsilon, float* target, int size)
    {
        var scale = 1 / MathF.Sqrt((Dot<Float32Elements>(source, source, size) / size) + epsilon);
        var scales = Vector512.Create(scale);
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            (Vector512.Load(source + i) * scales * Vector512.Load(weight + i)).Store(target + i);
        }

        for (; i < size; i++)
        {
            target[i] = source[i] * scale * weight[i];
        }
    }

    /// <summary>target = silu(gate) * up, where silu(x) = x / (1 + exp(-x)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SiluGate<T>(void* gate, void* up, float* target, int size) where T : IElements
    {
        var one = Vector512<float>.One;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            var gates = T.Load(gate, i);
            (gates / (one + Vector512.Exp(-gates)) * T.Load(up, i)).Store(target + i);
        }

        for (; i < size; i++)
        {
            var single = T.LoadOne(gate, i);
            target[i] = single / (1 + MathF.Exp(-single)) * T.LoadOne(up, i);
        }
    }

    /// <summary>
    /// Rotates one head, first half against second (RoFormer as in Hugging Face). <paramref name="cosines"/> and
    /// <paramref name="sines"/> have size / 2 entries.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate<T>(float* source, float* cosines, float* sines, float scale, void* target, int size) where T : IElements
    {
        var half = size / 2;
        var i = 0;
        for (; i <= half - Lanes; i += Lanes)
        {
            var (first, second) = (Vector512.Load(source + i), Vector512.Load(source + half + i));
            var (cosine, sine) = (Vector512.Load(cosines + i), Vector512.Load(sines + i));
            T.Store(((first * cosine) - (second * sine)) * scale, target, i);
            T.Store(((second * cosine) + (first * sine)) * scale, target, half + i);
        }

        for (; i < half; i++)
        {
            var (first, second) = (source[i], source[i + half]);
            T.StoreOne(((first * cosines[i]) - (second * sines[i])) * scale, target, i);
            T.StoreOne(((second * cosines[i]) + (first * sines[i])) * scale, target, i + half);
        }
    }

    /// <summary>The scalar product of an f32 row with a row of <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot<T>(float* left, void* right, int size) where T : IElements
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(left + i), T.Load(right, i), sum);
        }

        var total = Vector512.Sum(sum);
        for (; i < size; i++)
        {
            total += left[i] * T.LoadOne(right, i);
        }

        return total;
    }
}
