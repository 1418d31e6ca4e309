using System.Globalization;
using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Drafts change how fast tokens come, and never which: the tokens and log-probabilities are bit by bit those of the plain run.</summary>
public sealed class DraftTests
{
    private const int Length = 40;
    private const int Vocabulary = 131;

    private static readonly SamplingParameters[] s_kinds =
    [
        new() { Temperature = 0, MaxTokens = Length },
        new() { Temperature = 1.2f, TopP = 0.95f, Seed = 5, MaxTokens = Length },
        new() { RepetitionPenalty = 1.3f, FrequencyPenalty = 0.4f, PresencePenalty = 0.2f, Seed = 7, MaxTokens = Length, TopLogprobs = 3 },
        new() { Temperature = 0, RepetitionPenalty = 1.5f, MinTokens = 20, EosTokenIds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], MaxTokens = Length },
        new() { TopK = 20, BadWords = [[3], [5, 6]], LogitBias = new Dictionary<int, float> { [9] = 3 }, Seed = 9, MaxTokens = Length, TopLogprobs = 0 },
    ];

    public enum Guess
    {
        Right,
        Wrong,
        RightAtFirst,
    }

    [Theory]
    [InlineData(TorchDataType.Float32, Guess.Right)]
    [InlineData(TorchDataType.Float32, Guess.Wrong)]
    [InlineData(TorchDataType.Float32, Guess.RightAtFirst)]
    [InlineData(TorchDataType.BFloat16, Guess.Right)]
    [InlineData(TorchDataType.BFloat16, Guess.RightAtFirst)]
    public void Run_Drafts_GivesTheBitsOfThePlainRun(TorchDataType type, Guess guess)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, type);
        var plain = new ServedModel(runner);
        var expected = plain.Run(Sequences());

        var (actual, drafted) = RunDrafted(runner, expected, guess);

        Assert.Equal(expected.Select(Bits), actual.Select(Bits));
        Assert.True(guess == Guess.Wrong || drafted.Steps < plain.Steps * 3 / 4, $"{drafted.Steps} steps instead of {plain.Steps}");
    }

    [Theory]
    [InlineData(TorchDataType.Float32)]
    [InlineData(TorchDataType.BFloat16)]
    public void Run_DraftsWithPreemptions_GivesTheBitsOfThePlainRun(TorchDataType type)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, type);
        var expected = new ServedModel(runner).Run(Sequences());

        var (actual, drafted) = RunDrafted(runner, expected, Guess.RightAtFirst, blockCount: 30);

        Assert.InRange(drafted.Preemptions, 1, int.MaxValue);
        Assert.Equal(expected.Select(Bits), actual.Select(Bits));
    }

    [Theory]
    [InlineData(Guess.Right)]
    [InlineData(Guess.RightAtFirst)]
    public void Run_DraftsOnTensors_GivesTheTokensOfThePlainRun(Guess guess)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, tensors: true);
        var plain = new ServedModel(runner);
        var expected = plain.Run(Sequences());

        var (actual, drafted) = RunDrafted(runner, expected, guess);

        Assert.Equal(expected.Select(Ids), actual.Select(Ids));
        Assert.True(drafted.Steps < plain.Steps * 3 / 4, $"{drafted.Steps} steps instead of {plain.Steps}");
    }

    [Fact]
    public void Run_ConstrainedDrafts_AcceptsEachTokenOnce()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        var expected = new ServedModel(runner).Run(Sequences(Constraint));

        var sequences = Sequences(Constraint);
        new ServedModel(runner, drafts: Drafts(expected, Guess.RightAtFirst)).Run(sequences);

        Assert.All(sequences.Zip(expected), pair =>
        {
            Assert.Equal(Ids(pair.Second), pair.First.Tokens[pair.First.PromptLength..].ToArray());
            Assert.Equal(Ids(pair.Second), ((RuleConstraint)pair.First.Constraint!).Accepted);
            Assert.All(Ids(pair.Second).Index(), token => Assert.NotEqual(0, (token.Item + token.Index) % 3));
        });

        static RuleConstraint Constraint() => new((token, place) => (token + place) % 3 != 0);
    }

    private static (List<SampledToken>[] Tokens, ServedModel Served) RunDrafted(TorchModelRunner runner, List<SampledToken>[] plain, Guess guess, int blockCount = 200)
    {
        var served = new ServedModel(runner, blockCount, drafts: Drafts(plain, guess));
        return (served.Run(Sequences()), served);
    }

    private static ScriptedDrafts Drafts(List<SampledToken>[] plain, Guess guess) => new(sequence =>
    {
        var random = new Random(HashCode.Combine((int)sequence.Id, sequence.Length));
        var right = plain[sequence.Id].Skip(sequence.CompletionLength).Take(random.Next(1, 6)).Select(token => token.TokenId).ToList();
        var wrongFrom = guess switch
        {
            Guess.Right => right.Count,
            Guess.Wrong => 0,
            _ => random.Next(right.Count + 1),
        };
        return [.. right.Select((token, index) => index < wrongFrom ? token : (token + 1) % Vocabulary)];
    });

    private static Sequence[] Sequences(Func<ITokenConstraint>? constraint = null) =>
        [.. s_kinds.Select((parameters, id) => new Sequence(id, RunnerDriver.Prompt(4 + (3 * id), seed: id), parameters) { Constraint = constraint?.Invoke() })];

    private static List<int> Ids(List<SampledToken> tokens) => tokens.ConvertAll(token => token.TokenId);

    private static string Bits(List<SampledToken> tokens) => string.Join(' ', tokens.Select(token => token.Logprobs is { } logprobs
        ? $"{token.TokenId}:{logprobs.Logprob:R}:{string.Join(',', logprobs.TopIds)}:{string.Join(',', logprobs.TopLogprobs.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}"
        : $"{token.TokenId}"));
}
