using System.Globalization;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>What is left of decoding when another process keeps one of the cores busy.</summary>
internal static class TakenCore
{
    private const int Context = 64;

    private static readonly int[] _batches = [1, 8];

    /// <summary>Measures both engines, each against itself undisturbed, in rounds.</summary>
    public static string Run(BenchOptions options, ModelShape shape)
    {
        using var peer = EngineFactory.StartPeer(shape, WeightFormat.BF16);
        using var rill = EngineFactory.StartRill(shape, WeightFormat.BF16);
        var table = new Table("batch", "engine", "undisturbed, tokens/s", "a core taken, tokens/s", "share");
        foreach (var batch in _batches)
        {
            foreach (var (name, engine) in new[] { ("Rill", rill), ("llama.cpp", peer) })
            {
                Console.Error.WriteLine($"engine: {shape.Name}, a core taken, batch {batch}, {name}");
                engine.Decode(batch, Context, options.EngineSteps);
                var rounds = Enumerable.Range(0, options.EngineRounds).Select(_ => Round(engine, batch, options.EngineSteps)).ToList();
                table.Add(
                    batch.ToString(CultureInfo.InvariantCulture), name, Table.Spread(new(rounds.Select(round => round.Alone))),
                    Table.Spread(new(rounds.Select(round => round.Taken))), Table.Spread(new(rounds.Select(round => round.Taken / round.Alone))));
            }
        }

        return $"### A core taken away, {WeightFormat.BF16.Name()}\n\n{table}\n{EngineFactory.Threads} threads decode, on {Environment.ProcessorCount} cores, while another process of the same priority spins on the last one; {options.EngineRounds} rounds, in each first undisturbed. The share is taken within a round.\n";
    }

    private static (double Alone, double Taken) Round(EngineProcess engine, int batch, int steps)
    {
        var alone = engine.Decode(batch, Context, steps);
        using var busy = new BusyCore();
        return (alone, engine.Decode(batch, Context, steps));
    }
}
