using System.Diagnostics;
using Rill.Bench.Load;
using Rill.Bench.Measure;

namespace Rill.Bench.Parts;

/// <summary>How soon an idle server answers: one request at a time, milliseconds after it was sent on a fresh connection.</summary>
/// <param name="FirstByte">To the first byte of the headers.</param>
/// <param name="FirstToken">To the first content chunk.</param>
internal sealed record Probe(Summary FirstByte, Summary FirstToken)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    // Longer than a step of the scripted model, which would still be asleep for the request that has hung up.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(33);

    /// <summary>Sends the requests.</summary>
    public static Probe Measure(Subject subject, int requests)
    {
        var firstByte = new List<double>();
        var firstToken = new List<double>();
        using var client = new LoadClient(subject.Address);
        for (var i = 0; i < requests; i++)
        {
            var stream = client.Open(subject.Request);
            client.PumpUntil(() => stream.Arrivals.Count > 0, _limit);
            firstByte.Add(Stopwatch.GetElapsedTime(stream.Sent, stream.FirstByte).TotalMilliseconds);
            firstToken.Add(Stopwatch.GetElapsedTime(stream.Sent, stream.Arrivals[0].At).TotalMilliseconds);
            client.CloseAll();
            Thread.Sleep(_pause);
        }

        return new Probe(new Summary(firstByte), new Summary(firstToken));
    }
}
