using System.Globalization;
using System.Text;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Peer.LlamaCpp;
using Rill.Bench.Report;

namespace Rill.Bench.Parts;

/// <summary>Rill's engine against llama.cpp on the same weights.</summary>
internal static class EnginePart
{
    private static readonly WeightFormat[] _formats = [WeightFormat.BF16, WeightFormat.Q8, WeightFormat.Q4];

    /// <summary>Measures one shape and returns the section of the results.</summary>
    public static string Run(BenchOptions options, ModelShape shape)
    {
        var package = LlamaPackage.Ensure();
        var speed = new Table("weights", "measured", "Rill, tokens/s", "llama.cpp, tokens/s", "ratio", "target", "");
        var descriptions = new List<string>();
        foreach (var format in options.Format is { } only ? [only] : _formats)
        {
            descriptions.AddRange(AddSpeeds(speed, options, shape, format));
            ModelCache.Drop(shape, format);
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Made-up weights in the shape {shape.Name}; {package}. Rill runs scheduler and sampling, llama.cpp is given its tokens.\n\n{speed}\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{options.EngineRounds} rounds, each engine in turn, {EngineFactory.Threads} threads each; medians, in brackets the least and the greatest round. Decoding: {options.EngineSteps} steps after prompts of 64 tokens.\n{string.Join('\n', descriptions.Distinct().Select(line => line + "."))}\n");
        foreach (var section in EngineChecks.All(options, shape))
        {
            text.Append('\n').Append(section);
        }

        return text.ToString();
    }

    private static IEnumerable<string> AddSpeeds(Table table, BenchOptions options, ModelShape shape, WeightFormat format)
    {
        using var peer = EngineFactory.StartPeer(shape, format);
        using var rill = RillEngine.Supports(format) ? EngineFactory.StartRill(shape, format) : null;
        foreach (var measure in EngineMeasure.All(options.EngineSteps))
        {
            Console.Error.WriteLine($"engine: {shape.Name}, {format.Name()}, {measure.Name}");
            var target = measure.Target(shape, format);
            var goal = target is { } number ? Table.Number(number) : "";
            if (rill is null)
            {
                var alone = new Summary(Enumerable.Range(0, options.EngineRounds + 1).Select(_ => measure.TokensPerSecond(peer)).ToList().Skip(1));
                table.Add(format.Name(), measure.Name, "not supported yet", Table.Spread(alone), "", goal, "");
                continue;
            }

            var rounds = new EngineRounds(measure, rill, peer, options.EngineRounds);
            table.Add(
                format.Name(), measure.Name, Table.Spread(rounds.Rill), Table.Spread(rounds.Peer), Table.Spread(rounds.Ratio), goal,
                target is null ? "" : rounds.Ratio.Median >= target ? "met" : "missed");
        }

        return rill is null ? [peer.Description] : [rill.Description, peer.Description];
    }
}
