namespace Rill.Models.Packed;

/// <summary>
/// Tensors in memory of their own, each from when it is first asked for until it has been given back: that is, until as many bytes of it have
/// been as it has, since its parts may come in any order.
/// </summary>
internal sealed class UnpackedTensors : IDisposable
{
    private readonly Dictionary<string, (MadeWeight Made, long Released)> _made = new(StringComparer.Ordinal);

    /// <summary>The tensor that is kept, or else a new one of f32.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions, outermost first; the last one fits an int.</param>
    /// <param name="unpack">Makes its rows.</param>
    /// <param name="rowsAtOnce">How many rows are made by a call; the number of rows is a multiple of it.</param>
    public Weight Get(string name, long[] shape, RowUnpacker unpack, int rowsAtOnce = 1)
    {
        if (!_made.TryGetValue(name, out var kept))
        {
            kept = (Unpack(name, shape, unpack, rowsAtOnce), 0);
            _made.Add(name, kept);
        }

        return kept.Made.Weight;
    }

    /// <summary>Takes a part back; true when the tensor is freed with it.</summary>
    public bool Release(string name, long length)
    {
        if (!_made.TryGetValue(name, out var kept))
        {
            return false;
        }

        _made[name] = kept = kept with { Released = kept.Released + length };
        if (kept.Released < kept.Made.Weight.ByteCount)
        {
            return false;
        }

        _made.Remove(name);
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
    }

    private static unsafe MadeWeight Unpack(string name, long[] shape, RowUnpacker unpack, int rowsAtOnce)
    {
        var columns = (int)shape[^1];
        var rows = shape.SkipLast(1).Aggregate(1L, (product, dimension) => product * dimension);
        var made = new MadeWeight(name, WeightType.Float32, shape, rows * columns * sizeof(float));
        try
        {
            for (long row = 0; row < rows; row += rowsAtOnce)
            {
                unpack(row, new((float*)made.Weight.Address + (row * columns), columns * rowsAtOnce));
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
