using System.Globalization;
using System.Text.Json;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Models;
using Rill.Bench.Report;
using Rill.Bench.Servers;
using Rill.Bench.Texts;
using Rill.Chat.Constraints;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Bench.Parts;

/// <summary>Decoding by a schema beside decoding without one, on the same engine in turn.</summary>
internal static class SchemaPart
{
    /// <summary>The section's title.</summary>
    public const string Title = "Decoding by a schema";

    private const double Target = 0.97;
    private const int Context = 64;

    /// <summary>Long enough that no sequence ends; strings, numbers and words of every kind come by turns.</summary>
    private const string Schema = """
        {"type":"array","minItems":100000,"items":{"type":"object","additionalProperties":false,"required":["name","age","kind","tags"],
        "properties":{"name":{"type":"string","maxLength":40},"age":{"type":"integer","minimum":0,"maximum":150},"kind":{"enum":["river","hill","town"]},
        "tags":{"type":"array","maxItems":4,"items":{"type":"string"}}}}}
        """;

    /// <summary>Measures and returns the section of the results; null, with a word on standard error, where the vectors are not.</summary>
    public static string? Run(BenchOptions options)
    {
        if (TokenizerFamilies.FindVectors(ServerFactory.Root) is not { } vectors)
        {
            Console.Error.WriteLine("schema: skipped, for the tokenizer is not here: set RILL_VECTORS to the folder that holds tokenizers/.");
            return null;
        }

        // starcoder's tokenizer has as many ids as the shape.
        var tokenizer = HuggingFaceTokenizer.Load(Path.Combine(vectors, "tokenizers", "starcoder"));
        var shape = ModelShape.M;
        using var engine = new RillEngine(ModelCache.HuggingFace(shape), WeightFormat.BF16, EngineFactory.Threads);
        var table = new Table("sequences", "without, tokens/s", "by a schema, tokens/s", "ratio", "target", "");
        foreach (var sequences in new[] { 1, 8 })
        {
            Add(table, options, engine, sequences, tokenizer);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"Made-up weights in the shape {shape.Name}, bf16, {EngineFactory.Threads} threads; {tokenizer.VocabularySize:N0} token ids. Each sequence follows a schema of its own grammar state; the model, which was never trained, chooses among what the masks allow. {options.EngineRounds} rounds in turn of {options.EngineSteps} steps; medians, in brackets the least and the greatest round.\n\n{table}\n{new JumpMeasure(options, engine, tokenizer).Run()}");
    }

    private static void Add(Table table, BenchOptions options, RillEngine engine, int sequences, HuggingFaceTokenizer tokenizer)
    {
        var grammar = CompiledGrammar.OfSchema(JsonElement.Parse(Schema), new TokenVocabulary(tokenizer, [0]));
        var (plain, limited) = (new List<double>(), new List<double>());
        for (var round = 0; round <= options.EngineRounds; round++)
        {
            Console.Error.WriteLine($"schema: {sequences} sequences, round {round}");
            plain.Add(PerSecond(null));
            limited.Add(PerSecond(() => new GrammarConstraint(grammar)));
        }

        var ratio = new Summary(limited.Zip(plain, (one, other) => one / other).Skip(1));
        table.Add(
            sequences.ToString(CultureInfo.InvariantCulture), Table.Spread(new Summary(plain.Skip(1))), Table.Spread(new Summary(limited.Skip(1))), Table.Spread(ratio),
            sequences == 8 ? Table.Number(Target) : "", sequences != 8 ? "" : ratio.Median >= Target ? "met" : "missed");

        double PerSecond(Func<ITokenConstraint>? newConstraint) =>
            sequences * options.EngineSteps / engine.Decode(sequences, Context, options.EngineSteps, newConstraint);
    }
}
