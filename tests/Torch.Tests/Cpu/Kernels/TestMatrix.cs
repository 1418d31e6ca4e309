using System.Runtime.InteropServices;
using Rill.Torch.Cpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Cpu.Kernels;

/// <summary>A quantized matrix with memory of its own.</summary>
internal sealed unsafe class TestMatrix : IDisposable
{
    public TestMatrix(QuantizedFormat format, int outputs, int inner, float[]? source = null, int? largestMultiple = null)
    {
        Source = source ?? Values(outputs * inner, seed: 1);
        var memory = NativeMemory.AlignedAlloc((nuint)QuantizedMatrix.BytesOf(format, outputs, inner), 64);
        Matrix = new(format, outputs, inner, (nint)memory);
        fixed (float* start = Source)
        {
            for (var panel = 0; panel < Matrix.Panels; panel++)
            {
                Repacked += Quantizer.Quantize(start, ScalarType.Float32, Matrix, panel, largestMultiple);
            }
        }
    }

    public QuantizedMatrix Matrix { get; }

    /// <summary>What became of packed weights.</summary>
    public RepackCount Repacked { get; }

    /// <summary>The weights before.</summary>
    public float[] Source { get; }

    /// <summary>The bytes of all panels.</summary>
    public ReadOnlySpan<byte> Bytes => new((void*)Matrix.Start, (int)Matrix.ByteCount);

    /// <summary>Weights of many magnitudes: blocks, and weights within a block, differ.</summary>
    public static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(10, i / 40 % 5 - 2)))];
    }

    /// <summary>The weights after, row-major, in f32.</summary>
    public float[] Dequantized()
    {
        var result = new float[Matrix.Outputs * Matrix.Inner];
        fixed (float* target = result)
        {
            for (var panel = 0; panel < Matrix.Panels; panel++)
            {
                Dequantizer.Panel<Float32Elements>(Matrix, panel, target);
            }
        }

        return result;
    }

    public void Dispose() => NativeMemory.AlignedFree((void*)Matrix.Start);
}

/// <summary>Quantized input rows.</summary>
internal sealed unsafe class TestRows : IDisposable
{
    public TestRows(int rows, int inner, float[]? values = null)
    {
        Values = values ?? TestMatrix.Values(rows * inner, seed: 2);
        Quantized.Ensure(rows, inner);
        for (var row = 0; row < rows; row++)
        {
            // A row's end is the end of its memory here: reading beyond it would be seen.
            fixed (float* start = Values[(row * inner)..((row + 1) * inner)])
            {
                Quantized.Quantize(row, start);
            }
        }
    }

    public float[] Values { get; }

    public QuantizedInput Quantized { get; } = new();

    /// <summary>One element, as the kernels see it.</summary>
    public double Dequantized(int row, int k) => (double)Block(row, k)->Codes[k % QuantizedMatrix.BlockInner] * Block(row, k)->Scale;

    public void Dispose() => Quantized.Dispose();

    private InputBlock* Block(int row, int k) => Quantized.Row(row) + (k / QuantizedMatrix.BlockInner);
}
