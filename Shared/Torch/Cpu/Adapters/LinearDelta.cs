using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Rill.Models;
using Rill.Models.Adapters;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Adapters;

/// <summary>
/// What an adapter adds to linear layers side by side: s B(A x) for some of them. The A's lie below one another, so that one product makes the
/// factors of all; each B lies transposed, so that outputs are neighbours. In bf16 where the adapter's file has it, else in f32.
/// </summary>
internal sealed unsafe class LinearDelta : IDisposable
{
    private const nuint Alignment = 64;

    private readonly bool _isNarrow;
    private readonly int _inputs;
    private readonly byte* _memory;
    private readonly List<(int FirstFactor, int Rank, float Scale)> _scales = [];
    private readonly List<Segment> _segments = [];

    /// <summary>Copies the parts' matrices.</summary>
    /// <param name="inputs">Elements of an input row.</param>
    /// <param name="parts">What is added to which outputs; at least one.</param>
    public LinearDelta(int inputs, IReadOnlyList<(LoraPart Part, int FirstOutput)> parts)
    {
        _inputs = inputs;
        _isNarrow = parts.All(part => part.Part is { A.Type: WeightType.BFloat16, B.Type: WeightType.BFloat16 });
        var shared = parts.Select(part => part.Part.A).DistinctBy(matrix => matrix.Name).ToList();    // parts of one module have one A
        Rank = (int)shared.Sum(matrix => matrix.Shape[0]);
        Bytes = (((long)Rank * inputs) + parts.Sum(part => part.Part.A.Shape[0] * part.Part.Outputs)) * ElementSize;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Bytes, Alignment);
        var firsts = CopyFactors(shared, parts);
        var place = _memory + ((nint)Rank * inputs * ElementSize);
        foreach (var (part, output) in parts)
        {
            var segment = new Segment(firsts[part.A.Name], (int)part.A.Shape[0], output, (int)part.Outputs, (nint)place);
            CopyTransposed(part, place);
            _segments.Add(segment);
            place += (nint)segment.Rank * segment.Outputs * ElementSize;
        }
    }

    /// <summary>Factors of a row.</summary>
    public int Rank { get; }

    /// <summary>The memory that it takes.</summary>
    public long Bytes { get; }

    private int ElementSize => _isNarrow ? sizeof(ushort) : sizeof(float);

    /// <summary>s A x of some rows.</summary>
    /// <param name="input">The first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="rows">How many.</param>
    /// <param name="factors">Gets <see cref="Rank"/> numbers for each row.</param>
    /// <param name="factorStride">Elements from one row's factors to the next's.</param>
    public void Contract(float* input, int stride, int rows, float* factors, int factorStride)
    {
        var product = new MatrixProduct
        {
            Weights = _memory,
            WeightStride = _inputs,
            Rows = Rank,
            Inner = _inputs,
            Input = input,
            InputStride = stride,
            Count = rows,
            Output = factors,
            OutputStride = factorStride,
        };
        if (_isNarrow)
        {
            MatrixKernel.Multiply<BFloat16Elements>(product);
        }
        else
        {
            MatrixKernel.Multiply<Float32Elements>(product);
        }

        for (var row = 0; row < rows; row++)
        {
            foreach (var (first, rank, scale) in _scales)
            {
                var place = factors + ((nint)row * factorStride) + first;
                RowKernels.Scale(place, scale, place, rank);
            }
        }
    }

    /// <summary>target[o] += B times a row's factors, for some outputs of all layers.</summary>
    /// <param name="factors">The row's.</param>
    /// <param name="first">The first output.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="target">Where the row's output 0 is or would be.</param>
    public void Expand(float* factors, int first, int end, float* target)
    {
        foreach (var segment in _segments)
        {
            var from = Math.Max(first, segment.Output);
            var to = Math.Min(end, segment.Output + segment.Outputs);
            if (from >= to)
            {
                continue;
            }

            var own = factors + segment.FirstFactor;
            var (rank, width, skipped) = (segment.Rank, segment.Outputs, from - segment.Output);
            if (_isNarrow)
            {
                AdapterKernel.AddCombination<BFloat16Elements>(own, rank, (void*)segment.Rows, width, skipped, to - from, target + from);
            }
            else
            {
                AdapterKernel.AddCombination<Float32Elements>(own, rank, (void*)segment.Rows, width, skipped, to - from, target + from);
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    /// <summary>Copies the A's; where each one's factors begin, by its name.</summary>
    private Dictionary<string, int> CopyFactors(List<Weight> matrices, IReadOnlyList<(LoraPart Part, int FirstOutput)> parts)
    {
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        var first = 0;
        foreach (var matrix in matrices)
        {
            firsts.Add(matrix.Name, first);
            var (start, rank) = ((nint)first * _inputs, (int)matrix.Shape[0]);
            for (nint element = 0; element < matrix.ElementCount; element++)
            {
                Copy(matrix, element, _memory, start + element);
            }

            var scale = parts.First(part => part.Part.A.Name == matrix.Name).Part.Scale;
            _scales.Add((first, rank, scale));
            first += rank;
        }

        return firsts;
    }

    private void CopyTransposed(LoraPart part, byte* target)
    {
        var rank = (nint)part.A.Shape[0];
        for (nint output = 0; output < part.Outputs; output++)
        {
            var row = (nint)part.Rows.At(output) * rank;
            for (nint k = 0; k < rank; k++)
            {
                Copy(part.B, row + k, target, (k * (nint)part.Outputs) + output);
            }
        }
    }

    /// <summary>A file's tensors need not be aligned to their elements.</summary>
    private void Copy(Weight source, nint element, byte* target, nint place)
    {
        if (_isNarrow)
        {
            ((ushort*)target)[place] = Unsafe.ReadUnaligned<ushort>((ushort*)source.Address + element);
            return;
        }

        ((float*)target)[place] = source.Type switch
        {
            WeightType.Float32 => Unsafe.ReadUnaligned<float>((float*)source.Address + element),
            WeightType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>((ushort*)source.Address + element) << 16),
            _ => (float)Unsafe.ReadUnaligned<Half>((Half*)source.Address + element),
        };
    }

    /// <summary>What is added to one layer.</summary>
    /// <param name="FirstFactor">Its first factor.</param>
    /// <param name="Rank">How many factors.</param>
    /// <param name="Output">The layer's first output among those of all.</param>
    /// <param name="Outputs">How many.</param>
    /// <param name="Rows">B transposed, [rank, outputs].</param>
    private readonly record struct Segment(int FirstFactor, int Rank, int Output, int Outputs, nint Rows);
}
