using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Quantization;

/// <summary>Makes a model's quantized matrices from its weights as published.</summary>
internal static unsafe class WeightQuantizing
{
    /// <summary>Of the source, so much is in memory at a time: enough for the threads to share, little beside the result.</summary>
    private const int SlabBytes = 16 * 1024 * 1024;

    /// <summary>
    /// Quantizes all matrices, a slab of rows at a time, and gives the pages of each slab back to the system: the memory in use grows to
    /// that of the result and not of both.
    /// </summary>
    /// <param name="table">What to make.</param>
    /// <param name="weights">The weights, in f32, bf16 or f16; their matrices are not to be read afterwards.</param>
    /// <param name="target">Where the matrices go: the table's bytes, zeroed.</param>
    /// <param name="team">The threads.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    /// <returns>What became of the weights that are packed.</returns>
    /// <exception cref="ModelFormatException">A tensor is missing, or has another shape or an unsupported type.</exception>
    public static RepackCount Run(QuantizedTable table, ModelWeights weights, nint target, ThreadTeam team, Action<double> progress)
    {
        weights.Expect(ReadPattern.Streams);
        var count = new RepackCount();
        foreach (var entry in table.Entries)
        {
            count += Make(entry.Name, entry.At(target), weights, team);
            progress((double)(entry.Offset + entry.ByteCount) / table.ByteCount);
        }

        return count;
    }

    private static RepackCount Make(string name, QuantizedMatrix matrix, ModelWeights weights, ThreadTeam team)
    {
        const int lanes = QuantizedMatrix.PanelOutputs;
        int? largestMultiple = weights.Published(name) is { IsPacked: true } packed ? packed.LargestMultiple : null;
        var slab = (int)Math.Clamp(SlabBytes / ((long)matrix.Inner * sizeof(float) * lanes), 1, ThreadTeam.MostPieces);
        var counts = new RepackCount[slab];
        for (var first = 0; first < matrix.Panels; first += slab)
        {
            var begin = first;
            var count = Math.Min(slab, matrix.Panels - begin);
            var rows = new RowRange(begin * lanes, Math.Min(count * lanes, matrix.Outputs - (begin * lanes)));
            var source = weights.GetRows(name, rows, matrix.Outputs, matrix.Inner);
            var whole = source.Address - (nint)(rows.First * (source.ByteCount / rows.Count));    // where the matrix would begin
            var type = WeightTensors.TypeOf(source.Type);
            team.Run(count, panel => counts[panel] += Quantizer.Quantize((void*)whole, type, matrix, begin + panel, largestMultiple));
            weights.ReleaseRows(name, rows, matrix.Outputs, matrix.Inner);
        }

        return counts.Aggregate(new RepackCount(), (sum, count) => sum + count);
    }
}
