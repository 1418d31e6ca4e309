using System.Globalization;
using System.Text.Json;
using Rill.Chat.Constraints;
using Rill.Core.Tests.Chat.Constraints;
using Rill.Serving;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Tokens;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Answers by a schema are bit by bit the same whether forced text is jumped over or not, and take fewer steps.</summary>
public sealed class JumpAheadTests
{
    private const int Length = 60;

    private const string Places = """
        {"type":"array","minItems":20,"items":{"type":"object","additionalProperties":false,"required":["name","zone","depth"],"properties":{
          "name":{"type":"string","maxLength":3},"zone":{"enum":["river","riverbank",1]},"depth":{"type":"integer","minimum":0,"maximum":99}}}}
        """;

    private static readonly WordTokenizer s_words = new("name", "\":", "\":\"", " \"", "\",", "ver", "bank", "pth", "},", " {", "abc", "12");

    private static readonly SamplingParameters[] s_kinds =
    [
        new() { Temperature = 0, MaxTokens = Length },
        new() { Temperature = 1, Seed = 5, MaxTokens = Length },
        new() { Temperature = 1, TopP = 0.9f, RepetitionPenalty = 1.2f, FrequencyPenalty = 0.3f, Seed = 7, MaxTokens = Length, TopLogprobs = 3 },
    ];

    [Theory]
    [InlineData(TorchDataType.Float32)]
    [InlineData(TorchDataType.BFloat16)]
    [InlineData(TorchDataType.Q8)]
    [InlineData(TorchDataType.Q4)]
    public void Run_OverForcedText_GivesTheBitsOfThePlainRun(TorchDataType type)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, type);
        var grammar = CompiledGrammar.OfSchema(JsonElement.Parse(Places), new TokenVocabulary(s_words, [WordTokenizer.End]));
        var (plain, jumping) = (new ServedModel(runner), new ServedModel(runner));

        // The masks are made in a run before: so no sequence sits a step out, and the steps can be counted.
        var first = new ServedModel(runner).Run(Sequences(grammar, jumps: true));
        var expected = plain.Run(Sequences(grammar, jumps: false));
        var actual = jumping.Run(Sequences(grammar, jumps: true));

        Assert.Equal(expected.Select(Bits), first.Select(Bits));
        Assert.Equal(expected.Select(Bits), actual.Select(Bits));
        Assert.InRange(jumping.Steps, 1, plain.Steps - 10);
    }

    [Fact]
    public void Limits_OnTensors_TakeNoDrafts()
    {
        using var model = new TinyModel();
        using var onTensors = RunnerDriver.Load(model, tensors: true);

        Assert.False(onTensors.Limits.TakesDrafts);
    }

    private static Sequence[] Sequences(CompiledGrammar grammar, bool jumps) =>
        [
            .. s_kinds.Select((parameters, id) => new Sequence(id, RunnerDriver.Prompt(4 + id, seed: id), parameters)
            {
                Constraint = new GrammarConstraint(grammar, jumps ? new(s_words) : null),
            }),
        ];

    private static string Bits(List<SampledToken> tokens) => string.Join(' ', tokens.Select(token => string.Create(
        CultureInfo.InvariantCulture, $"{token.TokenId}:{token.Logprobs?.Logprob:R}:{string.Join(',', token.Logprobs?.TopLogprobs.Select(value => value.ToString("R", CultureInfo.InvariantCulture)) ?? [])}")));
}
