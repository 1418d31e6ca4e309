using System.Globalization;
using System.Text.Json;
using Rill.Bench.Engine;
using Rill.Bench.Measure;
using Rill.Bench.Report;
using Rill.Chat.Constraints;
using Rill.Serving;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;

namespace Rill.Bench.Parts;

/// <summary>Decoding by a schema with jumps over forced text beside decoding without them: the same answers, in turn.</summary>
internal sealed class JumpMeasure(BenchOptions options, RillEngine engine, HuggingFaceTokenizer tokenizer)
{
    private const int Context = 64;
    private const int TokensPerStep = 3;

    /// <summary>Objects as an API has them; values are short, so that a fair part of the text is forced.</summary>
    private const string Schema = """
        {"type":"array","minItems":100000,"items":{"type":"object","additionalProperties":false,
        "required":["order_id","customer_name","status","is_gift"],"properties":{"order_id":{"type":"integer","minimum":1000,"maximum":9999},
        "customer_name":{"type":"string","minLength":4,"maxLength":16},"status":{"enum":["pending","shipped","delivered"]},"is_gift":{"type":"boolean"}}}}
        """;

    private const string Spelled = """{"order_id": 1, "customer_name": "a", "status": "shipped", "is_gift": true}, {""";

    private readonly CompiledGrammar _grammar = CompiledGrammar.OfSchema(JsonElement.Parse(Schema), new TokenVocabulary(tokenizer, [0]));

    private readonly SamplingParameters _parameters = new()
    {
        Temperature = 0, MaxTokens = options.EngineSteps * TokensPerStep, IgnoreEos = true, LogitBias = Habit(tokenizer),
    };

    /// <summary>Measures, and returns the text of the results.</summary>
    public string Run()
    {
        var table = new Table("sequences", "without jumps, tokens/s", "with jumps, tokens/s", "ratio", "tokens a step and sequence");
        foreach (var sequences in new[] { 1, 8 })
        {
            Add(table, sequences);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"Jumps over forced text, by a schema whose objects have four members. A bias towards the tokens in which the tokenizer writes such objects stands in for training: without it the model would spell names letter by letter. {options.EngineSteps * TokensPerStep} tokens a sequence, the same ones with jumps and without.\n\n{table}");
    }

    private void Add(Table table, int sequences)
    {
        var (plain, jumping, perStep) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= options.EngineRounds; round++)
        {
            Console.Error.WriteLine($"schema, jumps: {sequences} sequences, round {round}");
            var prompts = Enumerable.Range(0, sequences).Select(_ => engine.NewPrompt(Context)).ToList();
            var without = engine.Answer(prompts, _parameters, () => new GrammarConstraint(_grammar));
            var with = engine.Answer(prompts, _parameters, () => new GrammarConstraint(_grammar, new JumpAhead(tokenizer)));
            if (!without.Answers.Zip(with.Answers).All(pair => pair.First.SequenceEqual(pair.Second)))
            {
                throw new InvalidOperationException("Jumps changed an answer.");
            }

            plain.Add(without.Tokens / without.Seconds);
            jumping.Add(with.Tokens / with.Seconds);
            perStep.Add((double)with.Tokens / with.Steps / sequences);
        }

        table.Add(
            sequences.ToString(CultureInfo.InvariantCulture), Table.Spread(new Summary(plain.Skip(1))), Table.Spread(new Summary(jumping.Skip(1))),
            Table.Spread(new Summary(jumping.Zip(plain, (one, other) => one / other).Skip(1))), Table.Spread(new Summary(perStep.Skip(1))));
    }

    /// <summary>The tokens of names, and less so those around them, which would end a string at its beginning.</summary>
    private static Dictionary<int, float> Habit(HuggingFaceTokenizer tokenizer) => tokenizer.Encode(PromptText.OfRequest(Spelled)).Distinct()
        .ToDictionary(token => token, token => tokenizer.GetBytes(token).Contains((byte)'"') ? 100f : 200f);
}
