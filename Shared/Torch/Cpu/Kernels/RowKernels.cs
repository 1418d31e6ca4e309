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

    /// <summary>target = source.</summary>
    public static void Copy(float* source, float* target, int size) => new ReadOnlySpan<float>(source, size).CopyTo(new Span<float>(target, size));

    /// <summary>values = max(values - (m + deviations * s), 0), m and s being their mean and their (population) standard deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CutBelow(float* values, float deviations, int size)
    {
        Shift(values, -Sum(values, size) / size, values, size);
        var cutoff = deviations * MathF.Sqrt(Dot<Float32Elements>(values, values, size) / size);
        for (var i = 0; i < size; i++)
        {
            values[i] = MathF.Max(values[i] - cutoff, 0);
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

    /// <summary>The same without weights.</summary>
    public static void RmsNorm(float* source, float epsilon, float* target, int size) =>
        Scale(source, 1 / MathF.Sqrt((Dot<Float32Elements>(source, source, size) / size) + epsilon), target, size);

    /// <summary>
    /// target = (source - mean) / sqrt(variance + epsilon) * weight + bias (layer norm, arXiv 1607.06450); a null bias is none. Source and
    /// target may be the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LayerNorm(float* source, float* weight, float* bias, float epsilon, float* target, int size)
    {
        var mean = Sum(source, size) / size;
        Shift(source, -mean, target, size);
        RmsNorm(target, weight, epsilon, target, size);
        if (bias is not null)
        {
            Add<Float32Elements>(target, bias, size);
        }
    }

    /// <summary>target = source * factor. Source and target may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* source, float factor, float* target, int size)
    {
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            (Vector512.Load(source + i) * factors).Store(target + i);
        }

        for (; i < size; i++)
        {
            target[i] = source[i] * factor;
        }
    }

    /// <summary>values *= scale / sqrt(sum(values²) + epsilon).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SetLength(float* values, float scale, float epsilon, int size) =>
        Scale(values, scale / MathF.Sqrt(Dot<Float32Elements>(values, values, size) + epsilon), values, size);

    /// <summary>target = left * right, element by element. The target may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* left, float* right, float* target, int size)
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            (Vector512.Load(left + i) * Vector512.Load(right + i)).Store(target + i);
        }

        for (; i < size; i++)
        {
            target[i] = left[i] * right[i];
        }
    }

    /// <summary>residual += addend * factor, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float* residual, float* addend, float factor, int size)
    {
        var factors = Vector512.Create(factor);
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            Vector512.FusedMultiplyAdd(Vector512.Load(addend + i), factors, Vector512.Load(residual + i)).Store(residual + i);
        }

        for (; i < size; i++)
        {
            residual[i] = MathF.FusedMultiplyAdd(addend[i], factor, residual[i]);
        }
    }

    /// <summary>values = cap * tanh(values / cap), the size a multiple of sixteen or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SoftCap(float* values, float cap, int size)
    {
        // tanh(x) = 1 - 2 / (exp(2x) + 1)
        var (slope, caps, twice) = (Vector512.Create(2 / cap), Vector512.Create(cap), Vector512.Create(2 * cap));
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            (caps - (twice / (Vector512.Exp(Vector512.Load(values + i) * slope) + Vector512<float>.One))).Store(values + i);
        }

        for (; i < size; i++)
        {
            values[i] = cap - (2 * cap / (MathF.Exp(values[i] * (2 / cap)) + 1));
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

    /// <summary>
    /// Rotates a head's neighbours (2i, 2i + 1) against each other (RoFormer as its authors wrote it); else as
    /// <see cref="Rotate{T}"/>. Source and target may be the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RotateNeighbours(float* source, float* cosines, float* sines, float scale, float* target, int size)
    {
        for (var i = 0; i < size / 2; i++)
        {
            var (first, second) = (source[2 * i], source[(2 * i) + 1]);
            target[2 * i] = ((first * cosines[i]) - (second * sines[i])) * scale;
            target[(2 * i) + 1] = ((second * cosines[i]) + (first * sines[i])) * scale;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(float* values, int size)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sum += Vector512.Load(values + i);
        }

        var total = Vector512.Sum(sum);
        for (; i < size; i++)
        {
            total += values[i];
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Shift(float* source, float by, float* target, int size)
    {
        for (var i = 0; i < size; i++)
        {
            target[i] = source[i] + by;
        }
    }
}
