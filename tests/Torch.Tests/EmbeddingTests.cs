using Rill.Serving;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Vectors of both decoders against the formula in doubles.</summary>
public sealed class EmbeddingTests
{
    [Theory]
    [InlineData("LlamaForCausalLM", false)]
    [InlineData("LlamaForCausalLM", true)]
    [InlineData("Qwen3ForCausalLM", false)]
    [InlineData("Qwen3ForCausalLM", true)]
    public void Embed_LastAndMean_AreTheFormulas(string architecture, bool tensors)
    {
        using var model = new TinyModel(architecture);
        using var runner = RunnerDriver.Load(model, tensors: tensors);
        var prompt = RunnerDriver.Prompt(21);
        var hidden = new ReferenceDecoder(model).Hidden(prompt);
        var mean = Enumerable.Range(0, hidden[0].Length).Select(column => hidden.Average(row => row[column]));

        AssertClose(hidden[^1], Embed(runner, SequenceWork.EmbedLast, prompt));
        AssertClose(mean, Embed(runner, SequenceWork.EmbedMean, prompt));
    }

    [Theory]
    [InlineData(SequenceWork.EmbedLast)]
    [InlineData(SequenceWork.EmbedMean)]
    public void Embed_OfADecoderThatWasSavedWithoutItsHead_IsTheFormulasUnitVector(SequenceWork work)
    {
        using var model = new TinyModel("Qwen3ForCausalLM", """{"tie_word_embeddings":true}""", float32: true, bare: true);
        using var runner = RunnerDriver.Load(model);
        var prompt = RunnerDriver.Prompt(40);
        var hidden = new ReferenceDecoder(model).Hidden(prompt);
        var pooled = work == SequenceWork.EmbedLast ? hidden[^1] : [.. Enumerable.Range(0, hidden[0].Length).Select(column => hidden.Average(row => row[column]))];

        var vector = Embed(runner, work, prompt);

        Assert.All(Unit(pooled).Zip(Unit([.. vector.Select(value => (double)value)])), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData(SequenceWork.EmbedLast)]
    [InlineData(SequenceWork.EmbedMean)]
    public void Embed_AnyChunks_GivesTheSameBits(SequenceWork work)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        var prompt = RunnerDriver.Prompt(37);
        var whole = Embed(runner, work, prompt);

        Assert.All(new[] { 1, 5, 16 }, budget => Assert.Equal(whole, Embed(runner, work, prompt, budget)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Embed_SingleTokenBesideOthers_DisturbsNobody(bool tensors)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, tensors: tensors);
        var parameters = new SamplingParameters { Temperature = 0, MaxTokens = 8 };
        var alone = new ServedModel(runner).Run(new Sequence(0, RunnerDriver.Prompt(9), parameters));
        Sequence[] mixed =
        [
            NewEmbedded(1, SequenceWork.EmbedMean, [7]), new(2, RunnerDriver.Prompt(9), parameters),
            NewEmbedded(3, SequenceWork.EmbedLast, [7]), NewEmbedded(4, SequenceWork.EmbedMean, RunnerDriver.Prompt(30)),
        ];

        var tokens = new ServedModel(runner, tokenBudget: 16).Run(mixed);

        Assert.Equal(alone[0].Select(token => token.TokenId), tokens[1].Select(token => token.TokenId));
        AssertClose(mixed[0].Vector!.Select(value => (double)value), mixed[2].Vector!);
        AssertClose(new ReferenceDecoder(model).Hidden([7])[0], mixed[0].Vector!);
        Assert.Equal(model.Spec.HiddenSize, mixed[3].Vector!.Length);
    }

    private static double[] Unit(double[] values)
    {
        var length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value / length)];
    }

    private static Sequence NewEmbedded(long id, SequenceWork work, IReadOnlyList<int> prompt) => new(id, prompt, new SamplingParameters()) { Work = work };

    private static float[] Embed(TorchModelRunner runner, SequenceWork work, int[] prompt, int tokenBudget = 512)
    {
        var sequence = NewEmbedded(0, work, prompt);
        Assert.Empty(new ServedModel(runner, tokenBudget: tokenBudget).Run(sequence)[0]);
        return sequence.Vector!;
    }

    private static void AssertClose(IEnumerable<double> expected, IReadOnlyList<float> actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-4));
}
