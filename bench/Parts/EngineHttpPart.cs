using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Engine;
using Rill.Bench.Load;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Report;
using Rill.Bench.Servers;

namespace Rill.Bench.Parts;

/// <summary>
/// The whole server over HTTP with the shape M, against what llama.cpp's engine alone decodes in the same minutes: no server, no prompts.
/// </summary>
internal static class EngineHttpPart
{
    private const int MixedStreams = 4, ManyStreams = 8;
    private const double ThroughputTarget = 0.75, FirstTokenTarget = 1_500, GapTarget = 1.3;

    private static readonly int[] _streamCounts = [1, MixedStreams, ManyStreams];

    /// <summary>Measures and returns the section of the results.</summary>
    public static async Task<string> RunAsync(BenchOptions options)
    {
        var package = LlamaPackage.Ensure();
        using var peer = EngineFactory.StartPeer(ModelShape.M, WeightFormat.BF16);
        using var rill = StartRill();
        await rill.WaitForAsync("/health/ready");
        var rounds = Measure(rill, peer, options);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Rill as `./run` starts it, LocalHost included, with made-up weights in the shape M at bf16; {package} decodes {ManyStreams} sequences without a server and without prompts.\n\n");
        text.Append(Latencies(rounds)).Append('\n').Append(Throughput(rounds)).Append('\n');
        text.Append(CultureInfo.InvariantCulture,
            $"{options.EngineRounds} rounds; in each the server at every number of streams, then llama.cpp. Prompts of {HttpLoad.PromptTokens} tokens, all different; {HttpLoad.AnswerTokens} tokens an answer; {options.AnswersPerStream} answers a stream, each followed by the next request at once, so that new prompts arrive while other streams run. Tokens a second: answers' tokens of all streams from the first request to the last answer, prompts' time included.\n");
        text.Append(CultureInfo.InvariantCulture, $"The worker's greatest resident memory was {Table.Number(ProcessUsage.PeakBytes(ServerFactory.WorkerOf(rill)) / 1e6)} MB.\n{peer.Description}.\n");
        return text.Append('\n').Append(await StartsAsync(options)).ToString();
    }

    private static List<HttpRound> Measure(ServerProcess rill, EngineProcess peer, BenchOptions options)
    {
        var rounds = new List<HttpRound>();
        var prompts = 0;
        _ = new HttpLoad(rill, MixedStreams, 1, ref prompts);
        peer.Decode(ManyStreams, HttpLoad.PromptTokens, HttpLoad.AnswerTokens);
        for (var round = 0; round < options.EngineRounds; round++)
        {
            var loads = new Dictionary<int, HttpLoad>();
            foreach (var streams in _streamCounts)
            {
                Console.Error.WriteLine($"engine-http: round {round + 1} of {options.EngineRounds}, {streams} streams");
                loads[streams] = new HttpLoad(rill, streams, options.AnswersPerStream, ref prompts);
            }

            rounds.Add(new HttpRound(loads, peer.Decode(ManyStreams, HttpLoad.PromptTokens, HttpLoad.AnswerTokens)));
        }

        return rounds;
    }

    private static string Latencies(IReadOnlyList<HttpRound> rounds)
    {
        var table = new Table("streams", "first token p50, ms", "p95, ms", "inter-token p50, ms", "p95, ms", "p95 / p50", "tokens/s", "tokens a chunk");
        foreach (var streams in _streamCounts)
        {
            var loads = rounds.Select(round => round.Loads[streams]).ToList();
            table.Add(
                streams.ToString(CultureInfo.InvariantCulture),
                Table.Spread(new(loads.Select(load => load.FirstToken.Median))),
                Table.Spread(new(loads.Select(load => load.FirstToken.Percentile(95)))),
                Table.Spread(new(loads.Select(load => load.Gaps.Median))),
                Table.Spread(new(loads.Select(load => load.Gaps.Percentile(95)))),
                Table.Spread(Tail(loads)),
                Table.Spread(new(loads.Select(load => load.TokensPerSecond))),
                Table.Number(loads.Average(load => load.TokensPerChunk)));
        }

        return table.ToString();
    }

    private static string Throughput(IReadOnlyList<HttpRound> rounds)
    {
        var ratio = new Summary(rounds.Select(round => round.Loads[ManyStreams].TokensPerSecond / round.PeerTokensPerSecond));
        var first = new Summary(rounds.Select(round => round.Loads[ManyStreams].FirstToken.Median));
        var tail = Tail([.. rounds.Select(round => round.Loads[MixedStreams])]);
        var table = new Table("target", "aimed at", "measured", "");
        table.Add(
            $"tokens/s at {ManyStreams} streams, divided by llama.cpp's decoding at {ManyStreams} ({Table.Spread(new(rounds.Select(round => round.PeerTokensPerSecond)))})",
            $"at least {Table.Number(ThroughputTarget)}", Table.Spread(ratio), Verdict(ratio.Median >= ThroughputTarget));
        table.Add(
            $"first token p50 at {ManyStreams} streams, ms", $"at most {Table.Number(FirstTokenTarget)}", Table.Spread(first), Verdict(first.Median <= FirstTokenTarget));
        table.Add(
            $"inter-token p95 / p50 at {MixedStreams} streams", $"at most {Table.Number(GapTarget)}", Table.Spread(tail), Verdict(tail.Median <= GapTarget));
        return table.ToString();
    }

    private static async Task<string> StartsAsync(BenchOptions options)
    {
        var (ready, first) = (new List<double>(), new List<double>());
        for (var i = 0; i < options.Starts; i++)
        {
            Console.Error.WriteLine($"engine-http: start {i + 1} of {options.Starts}");
            using var rill = StartRill();
            ready.Add((await rill.WaitForAsync("/health/ready")).TotalMilliseconds);
            first.Add(Stopwatch.GetElapsedTime(rill.StartedAt, HttpLoad.FirstTokenAt(rill)).TotalMilliseconds);
        }

        var table = new Table("from the start of LocalHost's process to", "ms");
        table.Add("first 200 of /health/ready", Table.Spread(new(ready)));
        table.Add($"first token of a {HttpLoad.PromptTokens}-token prompt", Table.Spread(new(first)));
        return $"{table}\n{options.Starts} starts, files in the page cache; two processes start, LocalHost and the worker. The engine's share stands in the section of the shape M.\n";
    }

    private static ServerProcess StartRill() => ServerFactory.StartRill(new Dictionary<string, string>
    {
        ["Rill__Model"] = ModelCache.HuggingFace(ModelShape.M),
        ["Rill__Dtype"] = WeightFormat.BF16.Name(),
    });

    private static Summary Tail(IReadOnlyList<HttpLoad> loads) => new(loads.Select(load => load.Gaps.Percentile(95) / load.Gaps.Median));

    private static string Verdict(bool isMet) => isMet ? "met" : "missed";

    private sealed record HttpRound(IReadOnlyDictionary<int, HttpLoad> Loads, double PeerTokensPerSecond);
}
