using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>What a pass's rows are made of, on its way to the device: int64 [3, N], tokens, positions, slots.</summary>
internal static class InputStaging
{
    /// <summary>Values of a row.</summary>
    public const int Planes = 3;

    /// <summary>
    /// Adds rows to an upload. Beyond those given, up to <paramref name="count"/>, it repeats the one that has the least to attend to:
    /// computing a row twice writes the same keys and values twice.
    /// </summary>
    /// <returns>Where they will lie, for <see cref="Rows"/>.</returns>
    public static Range Add(StepUpload<long> upload, ReadOnlySpan<TokenRow> rows, int count)
    {
        var shortest = Shortest(rows);
        var range = upload.Add(Planes * count, out var values);
        for (var i = 0; i < count; i++)
        {
            var row = i < rows.Length ? rows[i] : shortest;
            (values[i], values[count + i], values[(2 * count) + i]) = (row.Token, row.Position, row.Slot);
        }

        return range;
    }

    /// <summary>Rows that were sent, int64 [3, N]; a view.</summary>
    public static Tensor Rows(StepUpload<long> upload, Range range) => upload[range].view(Planes, -1);

    private static TokenRow Shortest(ReadOnlySpan<TokenRow> rows)
    {
        var shortest = rows[0];
        foreach (var row in rows)
        {
            shortest = row.Position < shortest.Position ? row : shortest;
        }

        return shortest;
    }
}
