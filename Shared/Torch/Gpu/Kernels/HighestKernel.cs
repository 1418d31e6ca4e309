using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>The place of each row's highest element.</summary>
internal static class HighestKernel
{
    private const uint Infinity = 0x7F800000;    // the bits of the exponent, all of which are set in infinities and NaN

    /// <summary>
    /// For each row the index of its highest element, the first of equals, or -1 where that is not finite or an element is NaN. A group of
    /// threads for each row.
    /// </summary>
    /// <param name="logits">f32 [rows, width].</param>
    /// <param name="target">[rows].</param>
    /// <param name="width">Elements of a row, at least 1.</param>
    public static void Find(ArrayView<float> logits, ArrayView<long> target, int width)
    {
        var values = SharedMemory.Allocate<float>(KernelMath.WarpSize);
        var places = SharedMemory.Allocate<int>(KernelMath.WarpSize);
        var row = (long)Grid.IdxX * width;
        var value = float.NegativeInfinity;
        var place = width;
        for (var i = Group.IdxX; i < width; i += Group.DimX)
        {
            var other = logits[row + i];
            if (IsHigher(other, i, value, place))
            {
                (value, place) = (other, i);
            }
        }

        for (var distance = KernelMath.WarpSize / 2; distance > 0; distance /= 2)
        {
            var other = Warp.ShuffleXor(value, distance);
            var otherPlace = Warp.ShuffleXor(place, distance);
            if (IsHigher(other, otherPlace, value, place))
            {
                (value, place) = (other, otherPlace);
            }
        }

        if (Group.IdxX % KernelMath.WarpSize == 0)
        {
            values[Group.IdxX / KernelMath.WarpSize] = value;
            places[Group.IdxX / KernelMath.WarpSize] = place;
        }

        Group.Barrier();
        if (Group.IdxX == 0)
        {
            for (var warp = 1; warp < Group.DimX / KernelMath.WarpSize; warp++)
            {
                if (IsHigher(values[warp], places[warp], value, place))
                {
                    (value, place) = (values[warp], places[warp]);
                }
            }

            target[Grid.IdxX] = (Interop.FloatAsInt(value) & Infinity) == Infinity ? -1 : place;
        }
    }

    /// <summary>NaN counts as higher than all numbers, so that it is found.</summary>
    private static bool IsHigher(float other, int otherPlace, float value, int place) =>
        other > value || (IsNaN(other) && !IsNaN(value)) || (other == value && otherPlace < place);

    private static bool IsNaN(float value) => (Interop.FloatAsInt(value) & 0x7FFFFFFF) > Infinity;
}
