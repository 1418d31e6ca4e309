using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>The serving layer alone: Rill with the scripted model against bare Kestrel writing the same bytes at the same pace.</summary>
internal static class ServingPart
{
    private const double Target = 1.5;
    private const int MemoryStreams = 64;

    private const int WarmUpPasses = 3;
    private const double IdleShare = 0.01;

    private static readonly TimeSpan _idleWindow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestCompilation = TimeSpan.FromSeconds(20);
    private static readonly int[] _streamCounts = [1, 16, 64];

    /// <summary>Measures and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        var text = new StringBuilder();
        using (var rig = await ServingRig.StartAsync())
        {
            WarmUp(rig, options.WarmUp);
            var comparisons = new List<Comparison>();
            foreach (var streams in _streamCounts)
            {
                Console.Error.WriteLine($"serving: {options.Rounds} rounds of {streams} streams");
                comparisons.Add(new Comparison(rig, streams, options.Rounds, options.Window));
            }

            text.Append(CultureInfo.InvariantCulture,
                $"The scripted model gives every stream {ServerFactory.TokensPerSecond} tokens a second, one in a chunk of {rig.Chunk.Length} bytes; the peers repeat that very chunk at the same pace. ");
            text.Append(CultureInfo.InvariantCulture,
                $"{options.Rounds} rounds of {options.Window.TotalSeconds:0.#} s for each server in turn, after {options.WarmUp.TotalSeconds:0} s of warm-up each; in brackets the least and the greatest round.\n\n");
            WriteCpu(text, rig, comparisons);
            WriteLatency(text, rig, comparisons);
            Console.Error.WriteLine("serving: time to first byte");
            WriteFirstByte(text, rig, options.Probes);
        }

        Console.Error.WriteLine("serving: memory");
        await WriteMemoryAsync(text, options.Starts);
        return text.ToString();
    }

    /// <summary>In passes: what becomes hot in one is compiled before the next, and makes other methods hot in it.</summary>
    private static void WarmUp(ServingRig rig, TimeSpan time)
    {
        for (var pass = 1; pass <= WarmUpPasses; pass++)
        {
            Console.Error.WriteLine($"serving: warm-up {pass} of {WarmUpPasses}");
            foreach (var subject in rig.Subjects)
            {
                Probe.Measure(subject, requests: 60);
                Round.Measure(subject, _streamCounts.Max(), time / WarmUpPasses, rig.Processes);
            }

            WaitUntilIdle(rig);
        }
    }

    /// <summary>Methods that have become hot are compiled once more in the background, for seconds where cores are few.</summary>
    private static void WaitUntilIdle(ServingRig rig)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < _longestCompilation;)
        {
            var before = rig.Processes.Select(ProcessUsage.CpuTime).ToList();
            Thread.Sleep(_idleWindow);
            if (rig.Processes.Zip(before).All(process => ProcessUsage.CpuTime(process.First) - process.Second < _idleWindow * IdleShare))
            {
                return;
            }
        }
    }

    private static void WriteCpu(StringBuilder text, ServingRig rig, List<Comparison> comparisons)
    {
        var table = new Table("streams", "worker, µs", "bare Kestrel, µs", "ratio", $"target {Target:0.0}", "Kestrel behind YARP, µs", "LocalHost, µs", "bare YARP, µs");
        foreach (var one in comparisons)
        {
            var ratio = one.CpuRatio(rig.Rill, rig.Kestrel);
            table.Add(
                Count(one.Streams),
                Spread(one.CpuPerToken(rig.Rill, rig.Rill.WorkerId)),
                Spread(one.CpuPerToken(rig.Kestrel, rig.Kestrel.WorkerId)),
                Spread(ratio),
                ratio.Median <= Target ? "met" : "missed",
                Spread(one.CpuPerToken(rig.Proxied, rig.Proxied.WorkerId)),
                Spread(one.CpuPerToken(rig.Rill, rig.Rill.ProxyId!.Value)),
                Spread(one.CpuPerToken(rig.Proxied, rig.Proxied.ProxyId!.Value)));
        }

        text.Append("### CPU time per streamed token\n\n").Append(table);
        text.Append("\nOf the process, idle use subtracted. LocalHost stands where the Functions host stands in Azure and is not part of the worker.\n\n");
    }

    private static void WriteLatency(StringBuilder text, ServingRig rig, List<Comparison> comparisons)
    {
        var table = new Table("streams", "server", "p50, ms", "p99, ms", "added p50, ms", "added p99, ms", "p99 by round, ms", "tokens/s a stream", "tokens a chunk");
        foreach (var one in comparisons)
        {
            var bare = one.Gaps(rig.Kestrel);
            foreach (var subject in rig.Subjects)
            {
                var gaps = one.Gaps(subject);
                table.Add(
                    Count(one.Streams),
                    subject.Name,
                    Table.Number(gaps.Median),
                    Table.Number(gaps.Percentile(99)),
                    Table.Number(gaps.Median - bare.Median),
                    Table.Number(gaps.Percentile(99) - bare.Percentile(99)),
                    Spread(one.GapTail(subject)),
                    Table.Number(one.TokensPerSecond(subject)),
                    Table.Number(one.TokensPerChunk(subject)));
            }
        }

        text.Append("### Inter-token latency\n\n").Append(table);
        text.Append("\nAs the client sees it; \"added\" is the difference to bare Kestrel without a hop between, under the same load.\n\n");
    }

    private static void WriteFirstByte(StringBuilder text, ServingRig rig, int probes)
    {
        var table = new Table("server", "first byte p50, ms", "p99, ms", "first token p50, ms", "p99, ms");
        foreach (var subject in new[] { rig.Kestrel, rig.Rill })
        {
            var probe = Probe.Measure(subject, probes);
            table.Add(
                subject.Name,
                Table.Number(probe.FirstByte.Median),
                Table.Number(probe.FirstByte.Percentile(99)),
                Table.Number(probe.FirstToken.Median),
                Table.Number(probe.FirstToken.Percentile(99)));
        }

        text.Append("### Time to first byte\n\n").Append(table);
        text.Append(CultureInfo.InvariantCulture,
            $"\n{probes} requests, one at a time, each on a fresh connection. No pace holds back the first token; Rill's headers leave before it is asked for.\n\n");
    }

    private static async Task WriteMemoryAsync(StringBuilder text, int starts)
    {
        var growths = new List<(string Name, MemoryGrowth Growth)>();
        for (var i = 0; i < starts; i++)
        {
            using var rig = await ServingRig.StartAsync();
            growths.AddRange(new[] { rig.Kestrel, rig.Rill }.Select(subject => (subject.Name, MemoryGrowth.Measure(subject, MemoryStreams))));
        }

        var table = new Table("server", "1 stream, MB", $"{MemoryStreams} streams, MB", "a stream, kB");
        foreach (var group in growths.GroupBy(growth => growth.Name, growth => growth.Growth))
        {
            table.Add(
                group.Key,
                Spread(new Summary(group.Select(growth => growth.OneBytes / 1e6))),
                Spread(new Summary(group.Select(growth => growth.ManyBytes / 1e6))),
                Spread(new Summary(group.Select(growth => growth.KilobytesPerStream))));
        }

        text.Append("### Memory per stream\n\n").Append(table);
        text.Append(CultureInfo.InvariantCulture,
            $"\nResident memory of the worker (of Kestrel's process), {starts} fresh processes; it holds what the garbage collector has not taken back yet.\n");
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Spread(Summary summary) => $"{Table.Number(summary.Median)} [{Table.Number(summary.Min)}, {Table.Number(summary.Max)}]";
}
