using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Kernels;

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

    /// <summary>Blocks of a row.</summary>
    public int Blocks { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public nint RowBytes { get; private set; }

    /// <summary>Makes room for rows, and behind them for those that the last tile reads beyond them; what the buffer held is lost.</summary>
    public void Ensure(int rows, int inner)
    {
        _inner = inner;
        Blocks = (inner + QuantizedMatrix.BlockInner - 1) / QuantizedMatrix.BlockInner;
        RowBytes = ((Blocks * sizeof(InputBlock)) + Alignment - 1) / Alignment * Alignment;
        _memory.Ensure((rows + QuantizedKernel.MostInputs - 1) * RowBytes);
    }

    /// <summary>A row's blocks, the last one padded with zeros.</summary>
    public InputBlock* Row(int row) => (InputBlock*)(_memory.Start + (row * RowBytes));

    /// <summary>Quantizes one row; rows may be done by several threads.</summary>
    public void Quantize(int row, float* source)
    {
        var target = Row(row);
        var whole = _inner / QuantizedMatrix.BlockInner;
        Quantize(source, whole, target);
        if (whole < Blocks)
        {
            var rest = stackalloc float[QuantizedMatrix.BlockInner];
            new Span<float>(source + (whole * QuantizedMatrix.BlockInner), _inner - (whole * QuantizedMatrix.BlockInner))
                .CopyTo(new Span<float>(rest, QuantizedMatrix.BlockInner));
            Quantize(rest, 1, target + whole);
        }
    }

    public void Dispose() => _memory.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quantize(float* source, int count, InputBlock* target)
    {
        for (var block = 0; block < count; block++, source += QuantizedMatrix.BlockInner, target++)
        {
            var (first, second) = (Vector512.Load(source), Vector512.Load(source + 16));
            var largest = VectorMath.Largest(Vector512.Max(Vector512.Abs(first), Vector512.Abs(second)));
            target->Scale = largest / Most;
            var factor = Vector512.Create(largest == 0 ? 0 : Most / largest);
            var (low, high) = (Round(first * factor), Round(second * factor));
            target->Offset = -8 * Vector512.Sum(low + high);
            var narrow = Vector512.Narrow(low, high);
            Vector256.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(target->Codes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Round(Vector512<float> values) => Vector512.ConvertToInt32Native(Vector512.Round(values));
}
