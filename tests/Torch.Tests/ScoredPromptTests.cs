using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>The log-probabilities of prompts, from both decoders, against the model's own distributions.</summary>
public sealed class ScoredPromptTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_WithAScoredPrompt_TellsTheLogSoftmaxAtEachToken(bool tensors)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, tensors: tensors);
        var prompt = RunnerDriver.Prompt(90);
        var logits = runner.Logits(prompt, asPrompt: true);
        var vocabulary = logits.Length / prompt.Length;

        var sequence = Run(runner, prompt, tokenBudget: 512);

        Assert.Equal(prompt.Length - 1, sequence.PromptLogprobs.Count);
        for (var i = 0; i < prompt.Length - 1; i++)
        {
            var row = logits.AsSpan(i * vocabulary, vocabulary).ToArray();
            var sum = Math.Log(row.Sum(logit => Math.Exp(logit)));
            var scored = sequence.PromptLogprobs[i];
            var best = row.Index().OrderByDescending(logit => logit.Item).Take(3).ToArray();
            Assert.Equal(row[prompt[i + 1]] - sum, scored.Logprob, 1e-4);
            Assert.Equal(best.Select(logit => logit.Index), scored.TopIds);
            Assert.All(best.Zip(scored.TopLogprobs), pair => Assert.Equal(pair.First.Item - sum, pair.Second, 1e-4));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_InAnyChunksBesideOthers_TellsTheSameAndDisturbsNobody(bool tensors)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, tensors: tensors);
        var prompt = RunnerDriver.Prompt(37);
        var whole = Run(runner, prompt, tokenBudget: 512);

        foreach (var budget in new[] { 2, 5, 16 })
        {
            var plain = New(1, RunnerDriver.Prompt(20, seed: 2), scores: false);
            var scored = New(2, prompt, scores: true);
            var tokens = new ServedModel(runner, tokenBudget: budget).Run(plain, scored);

            Assert.Empty(plain.PromptLogprobs);
            Assert.All(whole.PromptLogprobs.Zip(scored.PromptLogprobs), pair => Assert.Equal(pair.First.Logprob, pair.Second.Logprob, tensors ? 1e-4 : 0));
            Assert.Equal(Run(runner, prompt, tokenBudget: 512).Tokens.ToArray(), scored.Tokens.ToArray());
            Assert.Equal(6, tokens[0].Count);
        }
    }

    [Fact]
    public void Run_WithStepsThatOverlap_TellsTheSame()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.LoadTensors(model, options => options with { SlotCount = 4 });
        var sequences = Enumerable.Range(0, 6).Select(index => New(index, RunnerDriver.Prompt(30 + index, seed: index), scores: index % 2 == 0)).ToArray();
        var served = new ServedModel(runner, tokenBudget: 24);

        served.Run(sequences);

        Assert.InRange(served.Ahead, 1, int.MaxValue);
        foreach (var sequence in sequences.Where(sequence => sequence.Parameters.ScoresPrompt))
        {
            var alone = Run(runner, sequence.Tokens[..sequence.PromptLength].ToArray(), tokenBudget: 512, overlaps: false);
            Assert.All(alone.PromptLogprobs.Zip(sequence.PromptLogprobs), pair => Assert.Equal(pair.First.Logprob, pair.Second.Logprob, 1e-4));
            Assert.Equal(alone.PromptLogprobs.Count, sequence.PromptLogprobs.Count);
        }
    }

    private static Sequence New(long id, int[] prompt, bool scores) =>
        new(id, prompt, new SamplingParameters { Temperature = 0, MaxTokens = 6, TopLogprobs = 3, ScoresPrompt = scores });

    private static Sequence Run(TorchModelRunner runner, int[] prompt, int tokenBudget, bool overlaps = true)
    {
        var sequence = New(0, prompt, scores: true);
        new ServedModel(runner, tokenBudget: tokenBudget, overlaps: overlaps).Run(sequence);
        return sequence;
    }
}
