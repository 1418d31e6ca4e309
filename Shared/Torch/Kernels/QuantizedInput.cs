using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Kernels;

/// <summary>
/// Input rows for quantized weights: each block of 32 elements as bytes of -127 to 127 and a scale, largest absolute value / 127. A row's
/// bytes depend on that row alone.
/// </summary>
internal sealed unsafe class QuantizedInput : IDisposable
{
    private const int Alignment = 64;
    private const int Most = 127;

    private readonly NativeBuffer _memory = new();
    private int _inner;
    private int _blocks;
    private long _rowBytes;

    /// <summary>Makes room for rows; what the buffer held is lost.</summary>
    public void Ensure(int rows, int inner)
    {
        _inner = inner;
        _blocks = (inner + QuantizedMatrix.BlockInner - 1) / QuantizedMatrix.BlockInner;
        _rowBytes = ((_blocks * (QuantizedMatrix.BlockInner + sizeof(float) + sizeof(int))) + Alignment - 1) / Alignment * Alignment;
        _memory.Ensure(rows * _rowBytes);
    }

    /// <summary>A row's bytes, block after block, padded with zeros.</summary>
    public sbyte* Codes(int row) => (sbyte*)(_memory.Start + (row * _rowBytes));

    /// <summary>A row's scales, one for each block.</summary>
    public float* Scales(int row) => (float*)(Codes(row) + (_blocks * QuantizedMatrix.BlockInner));

    /// <summary>The sum of each block's bytes.</summary>
    public int* Sums(int row) => (int*)(Scales(row) + _blocks);

    /// <summary>Quantizes one row; rows may be done by several threads.</summary>
    public void Quantize(int row, float* source)
    {
        var codes = Codes(row);
        var scales = Scales(row);
        var sums = Sums(row);
        var whole = _inner / QuantizedMatrix.BlockInner;
        Blocks(source, whole, codes, scales, sums);
        if (whole < _blocks)
        {
            var rest = stackalloc float[QuantizedMatrix.BlockInner];
            new Span<float>(source + (whole * QuantizedMatrix.BlockInner), _inner - (whole * QuantizedMatrix.BlockInner))
                .CopyTo(new Span<float>(rest, QuantizedMatrix.BlockInner));
            Blocks(rest, 1, codes + (whole * QuantizedMatrix.BlockInner), scales + whole, sums + whole);
        }
    }

    public void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocks(float* source, int count, sbyte* codes, float* scales, int* sums)
    {
        for (var block = 0; block < count; block++, source += QuantizedMatrix.BlockInner, codes += QuantizedMatrix.BlockInner)
        {
            var (first, second) = (Vector512.Load(source), Vector512.Load(source + 16));
            var largest = Largest(Vector512.Max(Vector512.Abs(first), Vector512.Abs(second)));
            scales[block] = largest / Most;
            var factor = Vector512.Create(largest == 0 ? 0 : Most / largest);
            var (low, high) = (Round(first * factor), Round(second * factor));
            sums[block] = Vector512.Sum(low + high);
            var narrow = Vector512.Narrow(low, high);
            Vector256.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(codes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<float> values) => Vector512.ConvertToInt32Native(Vector512.Round(values));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        quarter = Vector128.Max(quarter, Vector128.Shuffle(quarter, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(quarter[0], quarter[1]);
    }
}
