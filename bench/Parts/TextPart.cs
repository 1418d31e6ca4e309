using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;
using Rill.Bench.Texts;

namespace Rill.Bench.Parts;

/// <summary>Tokenizers against Hugging Face's own, and chat templates.</summary>
internal static class TextPart
{
    private const double WarmTarget = 5;
    private const double ColdTarget = 4;
    private const double RenderTarget = 1;

    private static readonly string[] _templates =
    [
        "Qwen-Qwen3-0.6B.jinja", "Qwen3-Coder.jinja", "meta-llama-Llama-3.1-8B-Instruct.jinja", "NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja",
        "mistralai-Mistral-Nemo-Instruct-2407.jinja", "deepseek-ai-DeepSeek-V3.1.jinja", "openai-gpt-oss-120b.jinja",
    ];

    /// <summary>Measures and returns the section of the results; null, with a word on standard error, where the vectors are not.</summary>
    public static string? Run(BenchOptions options)
    {
        if (TokenizerFamilies.FindVectors(ServerFactory.Root) is not { } vectors)
        {
            Console.Error.WriteLine("text: skipped, for the tokenizers and templates are not here: set RILL_VECTORS to the folder that holds tokenizers/ and chat-templates/.");
            return null;
        }

        var text = new StringBuilder();
        var rendering = Rendering(vectors, options);
        using (var peer = PeerTokenizer.Start(ServerFactory.Root))
        {
            var sets = TextSets.All(ServerFactory.Root);
            foreach (var set in sets)
            {
                peer.Keep(set);
            }

            var own = new OwnTokenizer();
            WarmUp(Path.Combine(vectors, "tokenizers"), sets, own, options.WarmUp);
            text.Append(CultureInfo.InvariantCulture,
                $"Rill's HuggingFaceTokenizer, in the benchmark's own process, against {peer.Package} of npm in Node's. {options.TextRounds} rounds, each side in turn; in brackets the least and the greatest. Every id of every document was compared: all are equal.\n\n");
            text.Append(Encoding(vectors, sets, own, peer, options)).Append('\n').Append(Loading(vectors, own, peer, options));
        }

        return text.Append('\n').Append(rendering).ToString();
    }

    private static string Encoding(
        string vectors, IReadOnlyList<TextSet> sets, OwnTokenizer own, PeerTokenizer peer, BenchOptions options)
    {
        var warm = NewSpeedTable(WarmTarget);
        var cold = NewSpeedTable(ColdTarget);
        foreach (var (family, kind) in TokenizerFamilies.All)
        {
            foreach (var set in sets)
            {
                Console.Error.WriteLine($"text: {family}, {set.Name}");
                var comparison = new EncodeComparison(Path.Combine(vectors, "tokenizers", family), set, own, peer, options.TextRounds);
                AddSpeeds(warm, $"{family} ({kind})", set, comparison, isWarm: true, WarmTarget);
                AddSpeeds(cold, $"{family} ({kind})", set, comparison, isWarm: false, ColdTarget);
            }
        }

        var sizes = string.Join(", ", sets.Select(set => $"{set.Name} {set.Documents.Count} documents, {set.Bytes / 1e3:0} kB"));
        return $"### Encoding, warm word cache\n\n{warm}\n### Encoding, cold\n\n{cold}\n{sizes}; no document twice in a set. MB: a million bytes of UTF-8.\n";
    }

    private static Table NewSpeedTable(double target) => new(
        "tokenizer", "text", "Rill, MB/s", "Hugging Face, MB/s", "ratio", string.Create(CultureInfo.InvariantCulture, $"target {target:0}"), "allocated, bytes a token");

    private static void AddSpeeds(Table table, string family, TextSet set, EncodeComparison comparison, bool isWarm, double target)
    {
        var ratio = comparison.Ratio(isWarm);
        table.Add(
            family, set.Name, Table.Spread(comparison.OwnSpeed(isWarm)), Table.Spread(comparison.PeerSpeed(isWarm)), Table.Spread(ratio),
            Verdict(ratio.Median >= target), Table.Number(comparison.AllocatedPerToken(isWarm).Median));
    }

    private static string Loading(string vectors, OwnTokenizer own, PeerTokenizer peer, BenchOptions options)
    {
        var table = new Table("tokenizer.json", "process", "Rill, ms", "Hugging Face, ms", "ratio of times", "target 1");
        foreach (var family in TokenizerFamilies.Loaded)
        {
            Console.Error.WriteLine($"text: loading {family}");
            var directory = Path.Combine(vectors, "tokenizers", family);
            var file = Path.Combine(directory, "tokenizer.json");
            AddLoads(table, family, "fresh", options, () => FirstLoad.Measure(directory), () => LoadFirst(file));
            AddLoads(table, family, "has loaded before", options, () => own.Load(directory), () => peer.Load(file));
        }

        return $"### Loading\n\n{table}\nThe file is in the page cache. Of a fresh process only the load itself is timed, in Rill's with all the compiling that it brings.\n";
    }

    private static void AddLoads(Table table, string family, string process, BenchOptions options, Func<double> own, Func<double> peer)
    {
        var times = Enumerable.Range(0, options.TextRounds).Select(_ => (Own: own(), Peer: peer())).ToList();
        var ratio = new Summary(times.Select(time => time.Own / time.Peer));
        table.Add(
            family, process, Table.Spread(new(times.Select(time => time.Own))), Table.Spread(new(times.Select(time => time.Peer))), Table.Spread(ratio), Verdict(ratio.Median <= 1));
    }

    private static double LoadFirst(string file)
    {
        using var peer = PeerTokenizer.Start(ServerFactory.Root);
        return peer.Load(file);
    }

    private static string Rendering(string vectors, BenchOptions options)
    {
        var table = new Table("template", "characters", "median, ms", "p99, ms", "target 1 ms", "allocated, kB", "parsing and first time, ms");
        foreach (var name in _templates)
        {
            Console.Error.WriteLine($"text: {name}");
            var timing = new TemplateTiming(Path.Combine(vectors, "chat-templates", name), options.Renderings, options.Window);
            table.Add(
                Path.GetFileNameWithoutExtension(name), timing.Characters.ToString(CultureInfo.InvariantCulture), Table.Number(timing.Milliseconds.Median),
                Table.Number(timing.Milliseconds.Percentile(99)), Verdict(timing.Milliseconds.Median < RenderTarget),
                Table.Number(timing.AllocatedBytes / 1e3), Table.Number(timing.FirstMilliseconds));
        }

        return $"### Rendering 50 messages with five tools\n\n{table}\n{options.Renderings} renderings of each after a warm-up, one thread; variables as the endpoint gives them.\n";
    }

    private static void WarmUp(string tokenizers, IReadOnlyList<TextSet> sets, OwnTokenizer own, TimeSpan time)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            foreach (var (family, _) in TokenizerFamilies.All)
            {
                own.Load(Path.Combine(tokenizers, family));
                foreach (var set in sets)
                {
                    own.Time(set, 1);
                }
            }
        }
    }

    private static string Verdict(bool isMet) => isMet ? "met" : "missed";
}
