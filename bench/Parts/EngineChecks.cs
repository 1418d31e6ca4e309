using System.Diagnostics;
using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>What is checked beside speed: equal tokens, long contexts, memory, the way to the first token.</summary>
internal static class EngineChecks
{
    private const double LongestRatio = 1.3;
    private const double MemoryTarget = 400;
    private const double StartTarget = 900;
    private static readonly WeightFormat[] _formats = [WeightFormat.BF16, WeightFormat.Q8, WeightFormat.Q4];

    private const int Prompts = 4, PromptTokens = 24, AnswerTokens = 40;
    private const int Streams = 8, StreamContext = 128, StreamSteps = 48;

    /// <summary>The checks of a shape, each a piece of Markdown.</summary>
    public static IEnumerable<string> All(BenchOptions options, ModelShape shape)
    {
        if (shape == ModelShape.L)
        {
            yield break;    // its f32 form alone takes 5 GB
        }

        yield return Tokens(shape);
        if (shape == ModelShape.X)
        {
            yield return Memory(shape);
        }

        if (shape == ModelShape.M)
        {
            yield return Start(options, shape);
            yield return Memory(shape);
            yield return LongContext(options, shape);
            yield return TakenCore.Run(options, shape);
        }
    }

    private static string Tokens(ModelShape shape)
    {
        var table = new Table("weights", "equal from the start", "equal after the same text", "greatest lag", "different tokens");
        foreach (var format in new[] { WeightFormat.F32, WeightFormat.BF16 })
        {
            Console.Error.WriteLine($"engine: {shape.Name}, {format.Name()}, equal tokens");
            using var peer = EngineFactory.StartPeer(shape, format, flashAttention: false);
            using var rill = EngineFactory.StartRill(shape, format);
            var prefix = 0;
            var lags = new List<float>();
            var different = new HashSet<int>();
            for (var number = 0; number < Prompts; number++)
            {
                var prompt = new RandomTokens(shape.Vocabulary, (ulong)number + 100).Take(PromptTokens);
                var own = rill.Continue(prompt, AnswerTokens);
                prefix += own.Zip(peer.Continue(prompt, AnswerTokens), (one, other) => one == other).TakeWhile(isEqual => isEqual).Count();
                different.UnionWith(own);
                lags.AddRange(peer.Lags([.. prompt, .. own], AnswerTokens));
            }

            table.Add(format.Name(), Of(prefix), Of(lags.Count(lag => lag == 0)), Table.Number(lags.Max(), decimals: 4), different.Count.ToString(CultureInfo.InvariantCulture));
        }

        return $"### Equal tokens\n\n{table}\nGreedy answers of {AnswerTokens} tokens to {Prompts} prompts of {PromptTokens}: how many tokens are the same up to the first that differs, and at how many places of Rill's answers llama.cpp, given the text so far, finds the same token likeliest, and how far below its likeliest it has Rill's where they differ (logits, whose standard deviation is 4). Flash attention, which is less exact in llama.cpp, is off here, and at f32 its cache is f32 too.\n";

        static string Of(int count) => $"{count} of {Prompts * AnswerTokens}";
    }

    private static string Start(BenchOptions options, ModelShape shape)
    {
        var table = new Table("weights", "process", "Main, ms", "libraries, ms", "model, ms", "first token of a 128-token prompt, ms", $"target {StartTarget:0}");
        foreach (var format in _formats)
        {
            Console.Error.WriteLine($"engine: {shape.Name}, {format.Name()}, starts");
            Phases(() => EngineFactory.StartRill(shape, format));    // the first one quantizes
            var starts = Enumerable.Range(0, options.Starts)
                .Select(_ => (Rill: Phases(() => EngineFactory.StartRill(shape, format)), Peer: Phases(() => EngineFactory.StartPeer(shape, format)))).ToList();
            Add(format, "Rill's engine", [.. starts.Select(start => start.Rill)], hasTarget: format == WeightFormat.BF16);
            Add(format, "llama.cpp", [.. starts.Select(start => start.Peer)], hasTarget: false);
        }

        return $"### Process start to first token\n\n{table}\n{options.Starts} starts each in turn, files in the page cache; medians, counted from just before the process was started. Rill's quantized weights were made and kept by a start before these.\n";

        double[] Phases(Func<EngineProcess> start)
        {
            using var engine = start();
            engine.Prefill(StreamContext);
            return [.. engine.Phases, Stopwatch.GetElapsedTime(engine.StartedAt).TotalMilliseconds];
        }

        void Add(WeightFormat format, string name, IReadOnlyList<double[]> phases, bool hasTarget)
        {
            var medians = Enumerable.Range(0, phases[0].Length).Select(phase => new Summary(phases.Select(start => start[phase])).Median).ToList();
            table.Add([format.Name(), name, .. medians.Select(median => Table.Number(median)), !hasTarget ? "" : medians[^1] <= StartTarget ? "met" : "missed"]);
        }
    }

    private static string Memory(ModelShape shape)
    {
        var cache = shape.KeyValueBytesPerToken * Streams * (StreamContext + StreamSteps) / 1e6;
        var table = new Table("weights", "process", "peak, MB", "weights, MB", "KV cache, MB", "beyond, MB", $"target {MemoryTarget:0}");
        foreach (var format in _formats)
        {
            var weights = new FileInfo(ModelCache.Gguf(shape, format)).Length / 1e6;
            foreach (var isPeer in new[] { false, true })
            {
                using var engine = isPeer ? EngineFactory.StartPeer(shape, format) : EngineFactory.StartRill(shape, format);
                engine.Decode(Streams, StreamContext, StreamSteps);
                var peak = engine.PeakBytes / 1e6;
                var beyond = peak - weights - cache;
                table.Add(
                    format.Name(), isPeer ? "llama.cpp" : "Rill's engine", Table.Number(peak), Table.Number(weights), Table.Number(cache), Table.Number(beyond),
                    isPeer || (format != WeightFormat.BF16 && shape != ModelShape.X) ? "" : beyond <= MemoryTarget ? "met" : "missed");
            }
        }

        return $"### Peak memory\n\n{table}\nThe greatest resident memory of a fresh process (VmHWM) after {Streams} sequences of {StreamContext} tokens and {StreamSteps} steps; what is mapped from files counts. Weights: the GGUF file, which takes as many bits a weight as Rill's form of it does. KV cache: what these tokens take in two-byte elements. Rill's quantized weights were kept by an earlier start.\n";
    }

    private static string LongContext(BenchOptions options, ModelShape shape)
    {
        int[] contexts = [64, 8_193, 32_769];
        var steps = options.EngineSteps / 2;
        using var rill = EngineFactory.StartRill(shape, WeightFormat.BF16, fillContext: true);
        rill.Decode(1, contexts[0], steps);
        var times = contexts.Select(context =>
        {
            Console.Error.WriteLine($"engine: {shape.Name}, context {context}");
            return new Summary(Enumerable.Range(0, options.EngineRounds).Select(_ => 1_000 / rill.Decode(1, context, steps)).ToList());
        }).ToList();
        var table = new Table("tokens before", "a step, ms", "more than the row above, µs for 1000 tokens");
        for (var i = 0; i < contexts.Length; i++)
        {
            table.Add(contexts[i].ToString(CultureInfo.InvariantCulture), Table.Spread(times[i]), i == 0 ? "" : Table.Number(Slope(i)));
        }

        var ratio = Slope(2) / Slope(1);
        return $"### Long contexts, {WeightFormat.BF16.Name()}\n\n{table}\nDecoding at batch 1. The last row's increase per token is {Table.Number(ratio)} times the one above: {(ratio <= LongestRatio ? "the cost of attention is linear in the context" : "more than linear")}. Prompts are filled with copies of their first 512 tokens' keys and values.\n";

        double Slope(int i) => (times[i].Median - times[i - 1].Median) * 1e6 / (contexts[i] - contexts[i - 1]);
    }
}
