using System.Diagnostics;
using Rill.Bench.Load;
using Rill.Bench.Measure;

namespace Rill.Bench.Parts;

/// <summary>What one server did under one load during one window.</summary>
internal sealed record Round
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _settle = TimeSpan.FromMilliseconds(400);

    /// <summary>Length of the window.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Content chunks that arrived.</summary>
    public required int Chunks { get; init; }

    /// <summary>Tokens that arrived; more than chunks where chunks were merged.</summary>
    public required int Tokens { get; init; }

    /// <summary>CPU time of every watched process.</summary>
    public required IReadOnlyDictionary<int, TimeSpan> Cpu { get; init; }

    /// <summary>Milliseconds between the neighbouring chunks of each stream.</summary>
    public required IReadOnlyList<double> Gaps { get; init; }

    /// <summary>Opens the streams, lets them settle, measures, and hangs up.</summary>
    public static Round Measure(Subject subject, int streams, TimeSpan window, IReadOnlyList<int> processes)
    {
        using var client = new LoadClient(subject.Address);
        for (var i = 0; i < streams; i++)
        {
            client.Open(subject.Request);
        }

        client.PumpUntil(() => client.Streams.All(stream => stream.Arrivals.Count > 2), _startLimit);
        client.PumpFor(_settle);
        var before = processes.ToDictionary(id => id, ProcessUsage.CpuTime);
        var from = Stopwatch.GetTimestamp();
        client.PumpFor(window);
        var to = Stopwatch.GetTimestamp();
        var cpu = processes.ToDictionary(id => id, id => ProcessUsage.CpuTime(id) - before[id]);

        var arrivals = client.Streams.SelectMany(stream => stream.Arrivals).Where(arrival => arrival.At >= from && arrival.At <= to).ToList();
        var gaps = client.Streams.SelectMany(stream => stream.Gaps(from, to)).ToList();
        client.CloseAll();
        Thread.Sleep(_settle);
        return new Round
        {
            Elapsed = Stopwatch.GetElapsedTime(from, to),
            Chunks = arrivals.Count,
            Tokens = arrivals.Sum(arrival => arrival.Characters),
            Cpu = cpu,
            Gaps = gaps,
        };
    }
}
