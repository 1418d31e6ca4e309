using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>The residual stream's addition and the RMS norm that follows it.</summary>
internal static class NormKernel
{
    /// <summary>
    /// hidden += scale * branch, and target = hidden / sqrt(mean(hidden²) + epsilon) * weight; a group of threads for each row. What is
    /// normed is the sum as it is stored, rounded to its type.
    /// </summary>
    /// <param name="hidden">[rows, width].</param>
    /// <param name="branch">[rows, width].</param>
    /// <param name="weight">[width].</param>
    /// <param name="target">[rows, width].</param>
    /// <param name="width">Elements of a row.</param>
    /// <param name="scale">What the branch is multiplied with.</param>
    /// <param name="epsilon">Keeps the root from zero.</param>
    public static void AddNorm<T, TWeight>(
        ArrayView<T> hidden, ArrayView<T> branch, ArrayView<TWeight> weight, ArrayView<T> target, int width, float scale, float epsilon)
        where T : unmanaged, IKernelElement<T> where TWeight : unmanaged, IKernelElement<TWeight>
    {
        var row = (long)Grid.IdxX * width;
        var squares = 0f;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var sum = T.Of(hidden[row + i].Value + (scale * branch[row + i].Value));
            hidden[row + i] = sum;
            squares += sum.Value * sum.Value;
        }

        var factor = 1f / MathF.Sqrt((KernelMath.GroupSum(squares) / width) + epsilon);
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            target[row + i] = T.Of(hidden[row + i].Value * factor * weight[i].Value);
        }
    }
}
