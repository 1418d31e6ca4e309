using Rill.Bench.Load;
using Rill.Bench.Measure;

namespace Rill.Bench.Parts;

/// <summary>Resident memory of a fresh process with one stream and with many.</summary>
/// <param name="OneBytes">With one stream.</param>
/// <param name="ManyBytes">With <paramref name="Streams"/> streams.</param>
/// <param name="Streams">How many.</param>
internal sealed record MemoryGrowth(long OneBytes, long ManyBytes, int Streams)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _run = TimeSpan.FromSeconds(2);

    /// <summary>Kilobytes that one stream more takes, the garbage that its load makes included.</summary>
    public double KilobytesPerStream => (ManyBytes - OneBytes) / 1e3 / (Streams - 1);

    /// <summary>Opens one stream, then the others.</summary>
    public static MemoryGrowth Measure(Subject subject, int streams)
    {
        using var client = new LoadClient(subject.Address);
        client.Open(subject.Request);
        client.PumpFor(_run);
        var one = ProcessUsage.ResidentBytes(subject.WorkerId);
        while (client.Streams.Count < streams)
        {
            client.Open(subject.Request);
        }

        client.PumpUntil(() => client.Streams.All(stream => stream.Arrivals.Count > 0), _limit);
        client.PumpFor(_run);
        return new MemoryGrowth(one, ProcessUsage.ResidentBytes(subject.WorkerId), streams);
    }
}
