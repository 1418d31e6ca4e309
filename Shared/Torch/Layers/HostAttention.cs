using Rill.Models;
using Rill.Torch.Kernels;
using Rill.Torch.Runtime;
using static TorchSharp.torch;

namespace Rill.Torch.Layers;

/// <summary>
/// Attention on the CPU for packed rows of any sequences: norms and rotates queries and keys, writes keys and values to the slots, and
/// lets each row attend to its slot. All rows' keys are written before any row attends, so a prompt's chunk sees itself.
/// </summary>
internal sealed unsafe class HostAttention<T>(DecoderSpec spec, KeyValueCache cache, WorkSharing work) : IDisposable where T : IElements
{
    private readonly float[] _frequencies = spec.Rotary.InverseFrequencies(spec.HeadDim);
    private readonly float _scale = (float)(1 / Math.Sqrt(spec.HeadDim));
    private readonly NativeBuffer _cosines = new();
    private readonly NativeBuffer _sines = new();
    private readonly NativeBuffer _queries = new();
    private readonly NativeBuffer _attended = new();

    private int AttentionSize => spec.HeadCount * spec.HeadDim;

    private int KeyValueSize => spec.KeyValueHeadCount * spec.HeadDim;

    /// <summary>Prepares a step: the rotations of its rows, the same for all layers.</summary>
    public void Begin(TokenRow[] rows)
    {
        var half = _frequencies.Length;
        var cosines = (float*)_cosines.Ensure((long)rows.Length * half * sizeof(float));
        var sines = (float*)_sines.Ensure((long)rows.Length * half * sizeof(float));
        for (var row = 0; row < rows.Length; row++)
        {
            for (var pair = 0; pair < half; pair++)
            {
                var (sine, cosine) = Math.SinCos(rows[row].Position * _frequencies[pair]);
                cosines[(row * half) + pair] = (float)cosine;
                sines[(row * half) + pair] = (float)sine;
            }
        }
    }

    /// <summary>Runs one layer's attention.</summary>
    /// <param name="queryKeyValue">[padded rows, (heads + 2 key/value heads) * headDim].</param>
    /// <param name="index">The layer's number.</param>
    /// <param name="layer">Its weights.</param>
    /// <param name="rows">The step's rows.</param>
    /// <returns>[padded rows, heads * headDim], over a buffer that the next call overwrites.</returns>
    public Tensor Forward(Tensor queryKeyValue, int index, HostLayer layer, TokenRow[] rows)
    {
        var source = (byte*)TensorMemory.Address(queryKeyValue);
        var queries = (float*)_queries.Ensure((long)rows.Length * AttentionSize * sizeof(float));
        var padded = HostLinear.PadRows(rows.Length);
        var attended = _attended.Ensure(padded * AttentionSize * T.Size);

        work.Run(rows.Length, (long)rows.Length * spec.QueryKeyValueSize * 4, row =>
            Place(source + ((long)row * spec.QueryKeyValueSize * T.Size), queries + ((long)row * AttentionSize), row, rows[row], index, layer));
        work.Run(rows.Length, Cost(rows, index), row =>
            Attend(queries + ((long)row * AttentionSize), rows[row], index, attended + ((long)row * AttentionSize * T.Size)));
        return TensorMemory.Wrap(attended, T.ScalarType, padded, AttentionSize);
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
        _queries.Dispose();
        _attended.Dispose();
    }

    private void Place(byte* source, float* queries, int row, TokenRow token, int index, HostLayer layer)
    {
        var key = cache.Keys(token.Slot, index) + ((long)token.Position * KeyValueSize * T.Size);
        var value = cache.Values(token.Slot, index) + ((long)token.Position * KeyValueSize * T.Size);
        var headBytes = spec.HeadDim * T.Size;
        for (var head = 0; head < spec.HeadCount; head++)
        {
            Rotate<Float32Elements>(source + (head * headBytes), layer.QueryNorm, row, _scale, queries + (head * spec.HeadDim));
        }

        source += AttentionSize * T.Size;
        for (var head = 0; head < spec.KeyValueHeadCount; head++)
        {
            Rotate<T>(source + (head * headBytes), layer.KeyNorm, row, 1, key + (head * headBytes));
        }

        source += KeyValueSize * T.Size;
        Buffer.MemoryCopy(source, value, KeyValueSize * T.Size, KeyValueSize * T.Size);
    }

    private void Rotate<TTarget>(byte* source, HostNorm? norm, int row, float scale, void* target) where TTarget : IElements
    {
        var head = stackalloc float[spec.HeadDim];
        RowKernels.Widen<T>(source, head, spec.HeadDim);
        if (norm is not null)
        {
            RowKernels.RmsNorm<Float32Elements>(head, norm.Weight, spec.NormEpsilon, head, spec.HeadDim);
        }

        var half = _frequencies.Length;
        RowKernels.Rotate<TTarget>(
            head, (float*)_cosines.Start + (row * half), (float*)_sines.Start + (row * half), scale, target, spec.HeadDim);
    }

    private void Attend(float* queries, TokenRow token, int index, byte* target)
    {
        var first = Math.Max(0, token.Position + 1 - (spec.AttentionWindows[index] ?? int.MaxValue));
        var count = token.Position + 1 - first;
        var group = spec.HeadCount / spec.KeyValueHeadCount;
        var start = (long)first * KeyValueSize;
        for (var head = 0; head < spec.KeyValueHeadCount; head++)
        {
            var offset = (start + (head * spec.HeadDim)) * T.Size;
            AttentionKernel.Attend<T>(
                queries + (head * group * spec.HeadDim), cache.Keys(token.Slot, index) + offset, cache.Values(token.Slot, index) + offset,
                count, KeyValueSize, group, spec.HeadDim, target + (head * group * spec.HeadDim * T.Size));
        }
    }

    private long Cost(TokenRow[] rows, int index)
    {
        var positions = 0L;
        foreach (var row in rows)
        {
            positions += Math.Min(row.Position + 1, spec.AttentionWindows[index] ?? int.MaxValue);
        }

        return positions * AttentionSize * 2;
    }
}
