namespace Rill.Bench.Measure;

/// <summary>A set of measurements, sorted once.</summary>
internal sealed class Summary
{
    private readonly double[] _sorted;

    /// <summary>Takes the measurements.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public Summary(IEnumerable<double> values)
    {
        _sorted = [.. values.Order()];
        if (_sorted.Length == 0)
        {
            throw new ArgumentException("There is nothing to summarise.", nameof(values));
        }
    }

    /// <summary>How many measurements there are.</summary>
    public int Count => _sorted.Length;

    /// <summary>The least.</summary>
    public double Min => _sorted[0];

    /// <summary>The greatest.</summary>
    public double Max => _sorted[^1];

    /// <summary>The middle one, or the mean of the two in the middle.</summary>
    public double Median => Percentile(50);

    /// <summary>The value below which <paramref name="percent"/> (0 to 100) of the measurements lie, interpolated between neighbours.</summary>
    public double Percentile(double percent)
    {
        var position = percent / 100 * (_sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + ((position - below) * (_sorted[above] - _sorted[below]));
    }
}
