namespace Rill.Models.Packed;

/// <summary>
/// Tensors, or slices of stacked ones, in memory of their own, each from when it is first asked for until it has been given back: that is,
/// until as many bytes of it have been as it has, since its parts may come in any order.
/// </summary>
internal sealed class UnpackedTensors : IDisposable
{
    private readonly Dictionary<(string Name, int? Slice), (MadeWeight Made, long Released)> _made = [];

    /// <summary>Bytes of all that is kept.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The tensor that is kept, or else a new one of f32.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="slice">Which of the tensors that the first dimension stacks; null for all.</param>
    /// <param name="shape">Dimensions of the whole, outermost first; the last one fits an int.</param>
    /// <param name="unpack">Makes its rows, which are counted over the whole.</param>
    /// <param name="rowsAtOnce">How many rows are made by a call; the number of rows is a multiple of it.</param>
    public Weight Get(string name, int? slice, long[] shape, RowUnpacker unpack, int rowsAtOnce = 1)
    {
        if (!_made.TryGetValue((name, slice), out var kept))
        {
            kept = (Unpack(name, slice, shape, unpack, rowsAtOnce), 0);
            _made.Add((name, slice), kept);
            ByteCount += kept.Made.Weight.ByteCount;
        }

        return kept.Made.Weight;
    }

    /// <summary>Takes a part back; true when the tensor is freed with it.</summary>
    public bool Release(string name, int? slice, long length)
    {
        if (!_made.TryGetValue((name, slice), out var kept))
        {
            return false;
        }

        _made[(name, slice)] = kept = kept with { Released = kept.Released + length };
        if (kept.Released < kept.Made.Weight.ByteCount)
        {
            return false;
        }

        _made.Remove((name, slice));
        ByteCount -= kept.Made.Weight.ByteCount;
        kept.Made.Dispose();
        return true;
    }

    /// <summary>Frees all that is kept.</summary>
    public void Dispose()
    {
        foreach (var (made, _) in _made.Values)
        {
            made.Dispose();
        }

        _made.Clear();
        ByteCount = 0;
    }

    private static unsafe MadeWeight Unpack(string name, int? slice, long[] whole, RowUnpacker unpack, int rowsAtOnce)
    {
        var shape = slice is null ? whole : whole[1..];
        var columns = (int)shape[^1];
        var rows = shape.SkipLast(1).Aggregate(1L, (product, dimension) => product * dimension);
        var first = (slice ?? 0) * rows;
        var made = new MadeWeight(name, WeightType.Float32, shape, rows * columns * sizeof(float));
        try
        {
            for (long row = 0; row < rows; row += rowsAtOnce)
            {
                unpack(first + row, new((float*)made.Weight.Address + (row * columns), columns * rowsAtOnce));
            }

            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
