using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Models;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>What adapters cost: a batch of which each sequence has one of several adapters, against the same batch of their base.</summary>
internal static class AdaptersPart
{
    /// <summary>The part's name on the command line.</summary>
    public const string Name = "adapters";

    private const int Adapters = 4;
    private const int Rank = 16;
    private const double Target = 0.8;

    private static readonly WeightFormat[] _formats = [WeightFormat.BF16, WeightFormat.Q8, WeightFormat.Q4];

    /// <summary>Measures one shape and returns the section of the results.</summary>
    public static string Run(BenchOptions options, ModelShape shape)
    {
        var table = new Table("weights", "measured", "with adapters, tokens/s", "base, tokens/s", "ratio", "target", "");
        foreach (var format in options.Format is { } only ? [only] : _formats)
        {
            using var plain = EngineFactory.StartRill(shape, format);
            using var adapted = EngineFactory.StartRill(shape, format, [.. Enumerable.Range(1, Adapters).Select(number => ModelCache.Adapter(shape, number, Rank))]);
            foreach (var measure in EngineMeasure.All(options.EngineSteps).Where(measure => measure.Name is "decode, batch 1" or "decode, batch 8" or "prefill 512"))
            {
                Console.Error.WriteLine($"adapters: {shape.Name}, {format.Name()}, {measure.Name}");
                var rounds = new EngineRounds(measure, adapted, plain, options.EngineRounds);
                var isGoal = measure.Name == "decode, batch 8";
                table.Add(
                    format.Name(), measure.Name, Table.Spread(rounds.Rill), Table.Spread(rounds.Peer), Table.Spread(rounds.Ratio),
                    isGoal ? Table.Number(Target) : "", !isGoal ? "" : rounds.Ratio.Median >= Target ? "met" : "missed");
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"Made-up weights in the shape {shape.Name}; {Adapters} adapters of rank {Rank} on all projections, in bf16, with which sequences take turns.\n\n{table}\n{options.EngineRounds} rounds, each engine in turn, {EngineFactory.Threads} threads each; medians, in brackets the least and the greatest round.\n");
    }
}
