namespace Rill.Models.Packed;

/// <summary>
/// Tensors, or some rows of them, in memory of their own, each from when it is first asked for until it has been given back: that is, until as
/// many bytes of it have been as it has, since its parts may come in any order.
/// </summary>
internal sealed class UnpackedTensors : IDisposable
{
    private readonly Dictionary<(string Name, RowRange? Rows), (MadeWeight Made, Weight Wanted, long Released)> _made = [];

    /// <summary>Bytes of all that is kept.</summary>
    public long ByteCount { get; private set; }

    /// <summary>The tensor that is kept, or else a new one of f32.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="rows">The rows that are wanted, as a matrix; null for all in the tensor's own shape.</param>
    /// <param name="shape">Dimensions of the whole, outermost first; the last one fits an int.</param>
    /// <param name="unpack">Makes its rows, which are counted over the whole.</param>
    /// <param name="rowsAtOnce">How many rows are made by a call; the number of rows is a multiple of it.</param>
    public Weight Get(string name, RowRange? rows, long[] shape, RowUnpacker unpack, int rowsAtOnce = 1)
    {
        if (!_made.TryGetValue((name, rows), out var kept))
        {
            var whole = new RowRange(0, shape.SkipLast(1).Aggregate(1L, (product, dimension) => product * dimension));
            kept = Unpack(name, rows ?? whole, (int)shape[^1], unpack, rowsAtOnce);
            kept.Wanted = rows is null ? kept.Wanted with { Shape = shape } : kept.Wanted;
            _made.Add((name, rows), kept);
            ByteCount += kept.Made.Weight.ByteCount;
        }

        return kept.Wanted;
    }

    /// <summary>Takes a part back; true when the tensor is freed with it.</summary>
    public bool Release(string name, RowRange? rows, long length)
    {
        if (!_made.TryGetValue((name, rows), out var kept))
        {
            return false;
        }

        _made[(name, rows)] = kept = kept with { Released = kept.Released + length };
        if (kept.Released < kept.Wanted.ByteCount)
        {
            return false;
        }

        _made.Remove((name, rows));
        ByteCount -= kept.Made.Weight.ByteCount;
        kept.Made.Dispose();
        return true;
    }

    /// <summary>Frees all that is kept.</summary>
    public void Dispose()
    {
        foreach (var (made, _, _) in _made.Values)
        {
            made.Dispose();
        }

        _made.Clear();
        ByteCount = 0;
    }

    /// <summary>Makes rows, and those around them that are made with them.</summary>
    private static unsafe (MadeWeight Made, Weight Wanted, long Released) Unpack(
        string name, RowRange rows, int columns, RowUnpacker unpack, int rowsAtOnce)
    {
        var first = rows.First / rowsAtOnce * rowsAtOnce;
        var count = (rows.First + rows.Count - first + rowsAtOnce - 1) / rowsAtOnce * rowsAtOnce;
        var made = new MadeWeight(name, WeightType.Float32, [count, columns], count * columns * sizeof(float));
        try
        {
            for (long row = 0; row < count; row += rowsAtOnce)
            {
                unpack(first + row, new((float*)made.Weight.Address + (row * columns), columns * rowsAtOnce));
            }

            return (made, made.Weight.Rows(rows with { First = rows.First - first }), 0);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}
