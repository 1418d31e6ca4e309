using ILGPU;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Rotary positions and the write to the KV cache.</summary>
internal static class RotaryKernel
{
    /// <summary>
    /// Rotates queries to a tensor of their own and keys to their rows of the cache, and copies values to theirs. A group of threads for each
    /// head of each row: H query heads, then Hk key heads, then Hk value heads, d wide, of which the first r elements are rotated.
    /// </summary>
    /// <param name="queryKey">[rows, H + Hk, d]; from row to row <paramref name="queryKeyStride"/> elements.</param>
    /// <param name="values">[rows, Hk, d]; from row to row <paramref name="valueStride"/> elements.</param>
    /// <param name="cosines">f32 [rows, r].</param>
    /// <param name="sines">f32 [rows, r], negated for each pair's first element.</param>
    /// <param name="places">For each row its row in the cache.</param>
    /// <param name="queries">[rows, H, d].</param>
    /// <param name="keyCache">The layer's keys in the cache.</param>
    /// <param name="valueCache">The layer's values in the cache.</param>
    /// <param name="queryKeyStride">See above.</param>
    /// <param name="valueStride">See above.</param>
    /// <param name="cacheStride">Elements from one row of the cache to the next, of keys and of values.</param>
    /// <param name="heads">H.</param>
    /// <param name="shared">Hk.</param>
    /// <param name="width">d.</param>
    /// <param name="rotated">r, even.</param>
    /// <param name="interleaved">1 where pairs are neighbours, 0 where they lie half of r apart.</param>
    public static void RotateAndWrite<T>(
        ArrayView<T> queryKey, ArrayView<T> values, ArrayView<float> cosines, ArrayView<float> sines, ArrayView<long> places,
        ArrayView<T> queries, ArrayView<T> keyCache, ArrayView<T> valueCache, long queryKeyStride, long valueStride, long cacheStride,
        int heads, int shared, int width, int rotated, int interleaved)
        where T : unmanaged, IKernelElement<T>
    {
        var row = Grid.IdxX / (heads + shared + shared);
        var head = Grid.IdxX - (row * (heads + shared + shared));
        if (head >= heads + shared)
        {
            var from = (row * valueStride) + ((long)(head - heads - shared) * width);
            var to = (places[row] * cacheStride) + ((long)(head - heads - shared) * width);
            for (var i = Group.IdxX; i < width; i += Group.DimX)
            {
                valueCache[to + i] = values[from + i];
            }
        }
        else
        {
            var from = (row * queryKeyStride) + ((long)head * width);
            var angles = (long)row * rotated;
            for (var i = Group.IdxX; i < width; i += Group.DimX)
            {
                var turned = queryKey[from + i];
                if (i < rotated)
                {
                    var half = rotated / 2;
                    var partner = interleaved == 1 ? i ^ 1 : i < half ? i + half : i - half;
                    turned = T.Of((turned.Value * cosines[angles + i]) + (queryKey[from + partner].Value * sines[angles + i]));
                }

                if (head < heads)
                {
                    queries[((((long)row * heads) + head) * width) + i] = turned;
                }
                else
                {
                    keyCache[(places[row] * cacheStride) + ((long)(head - heads) * width) + i] = turned;
                }
            }
        }
    }
}
