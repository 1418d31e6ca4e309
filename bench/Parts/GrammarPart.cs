using System.Globalization;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Bench.Servers;
using Rill.Bench.Texts;

namespace Rill.Bench.Parts;

/// <summary>Masks of answers that must obey a schema.</summary>
internal static class GrammarPart
{
    /// <summary>The section's title.</summary>
    public const string Title = "Structured output";

    private const double MeanTarget = 30;
    private const double MaskTarget = 200;
    private const double CompileTarget = 0.1;
    private const double SlowCompileTarget = 20;

    /// <summary>Measures and returns the section of the results; null, with a word on standard error, where the vectors are not.</summary>
    public static string? Run(BenchOptions options)
    {
        var vectors = TokenizerFamilies.FindVectors(ServerFactory.Root);
        var schemas = Path.Combine(vectors ?? "", "json-schema", "maskbench-sample.jsonl");
        if (vectors is null || !File.Exists(schemas))
        {
            Console.Error.WriteLine("grammar: skipped, for the schemas are not here: set RILL_VECTORS to the folder that holds tokenizers/ and json-schema/.");
            return null;
        }

        Console.Error.WriteLine("grammar: qwen3");
        var timing = new GrammarTiming(Path.Combine(vectors, "tokenizers", "qwen3"), schemas, options.IsKept ? 1_000 : 100);
        var table = new Table("what", "mean", "p50", "p90", "p99", "p99.9", "max", "target");
        Add(table, "compile, ms", timing.Compile, null, "");
        Add(table, "compile and first mask, ms", timing.CompileAndMask, null,
            $"p50 {CompileTarget} {Verdict(timing.CompileAndMask.Median <= CompileTarget)}, p99 {SlowCompileTarget} {Verdict(timing.CompileAndMask.Percentile(99) <= SlowCompileTarget)}");
        Add(table, "mask, µs", timing.Masks, timing.MeanMask,
            $"mean {MeanTarget} {Verdict(timing.MeanMask <= MeanTarget)}, p99 {MaskTarget} {Verdict(timing.Masks.Percentile(99) <= MaskTarget)}");
        Add(table, "step, µs", timing.Steps, null, "");
        return string.Create(CultureInfo.InvariantCulture,
            $"Of {timing.Schemas:N0} real schemas {timing.Compiled:N0} compile ({100.0 * timing.Compiled / timing.Schemas:0.0} %). Each is compiled afresh, and the {timing.Masks.Count:N0} tokens of its valid instances, {timing.Tokens:N0} ids in qwen3's vocabulary, are followed with a mask before each. Processor time of one thread. The vocabulary is laid out once for a model: {timing.VocabularyMilliseconds:0} ms. All masks together: {timing.Fingerprint}, which no change of speed may change.\n\n{table}");
    }

    private static void Add(Table table, string what, Summary times, double? mean, string target) => table.Add(
        what, mean is { } value ? Table.Number(value) : "", Table.Number(times.Median, 3), Table.Number(times.Percentile(90), 3), Table.Number(times.Percentile(99), 2),
        Table.Number(times.Percentile(99.9), 1), Table.Number(times.Max, 1), target);

    private static string Verdict(bool isMet) => isMet ? "met" : "missed";
}
