using Rill.Bench.Measure;

namespace Rill.CommandLine.LoadTest;

/// <summary>How a set of times is spread, in milliseconds.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="P50">Half are no longer.</param>
/// <param name="P90">Nine of ten are no longer.</param>
/// <param name="P99">99 of 100 are no longer.</param>
/// <param name="Max">The longest.</param>
internal sealed record Distribution(int Count, double Mean, double P50, double P90, double P99, double Max)
{
    /// <summary>Of these times; null when there are none.</summary>
    public static Distribution? Of(IEnumerable<double?> times)
    {
        var all = times.OfType<double>().ToList();
        if (all.Count == 0)
        {
            return null;
        }

        var summary = new Summary(all);
        return new(all.Count, Round(all.Average()), Round(summary.Median), Round(summary.Percentile(90)), Round(summary.Percentile(99)), Round(summary.Max));
    }

    private static double Round(double value) => Math.Round(value, 3);
}
