using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>What the published vectors do not show of Gemma 3n.</summary>
public sealed class PerLayerModelTests
{
    private const int Beyond = 120;

    [Fact]
    public void Execute_TokenBeyondThePerLayerVocabulary_HasItsFirstRow()
    {
        using var model = GemmaModels.Gemma3n(perLayerVocabulary: 100, edit: weights => CopyEmbedding(weights, from: 0, to: Beyond));
        using var runner = RunnerDriver.Load(model);

        Assert.Equal(Answer(runner, 0), Answer(runner, Beyond));
        Assert.NotEqual(Answer(runner, 1), Answer(runner, Beyond));
    }

    [Fact]
    public void Execute_TokenWithinThePerLayerVocabulary_HasItsOwnRow()
    {
        using var model = GemmaModels.Gemma3n(edit: weights => CopyEmbedding(weights, from: 0, to: Beyond));
        using var runner = RunnerDriver.Load(model);

        Assert.NotEqual(Answer(runner, 0), Answer(runner, Beyond));
    }

    [Fact]
    public void Execute_ScaleOfTheCorrectedStream_CountsWhereItIsAskedFor()
    {
        using var scaled = GemmaModels.Gemma3n();
        using var unscaled = GemmaModels.Gemma3n(scalesCorrected: false);
        using var ones = GemmaModels.Gemma3n(edit: FillScales);

        var answer = Answer(unscaled);

        Assert.Equal(Answer(ones), answer);
        Assert.NotEqual(Answer(scaled), answer);
    }

    private static void CopyEmbedding(TinyModel model, int from, int to)
    {
        var values = model.Weights[model.Spec.Names.Embedding].Values;
        values.AsSpan(from * model.Spec.HiddenSize, model.Spec.HiddenSize).CopyTo(values.AsSpan(to * model.Spec.HiddenSize));
    }

    private static void FillScales(TinyModel model)
    {
        foreach (var (_, (_, values)) in model.Weights.Where(weight => weight.Key.EndsWith("correct_output_scale", StringComparison.Ordinal)))
        {
            values.AsSpan().Fill(1);
        }
    }

    private static float[] Answer(TinyModel model)
    {
        using var runner = RunnerDriver.Load(model);
        return Answer(runner, 5);
    }

    /// <summary>What follows three tokens that end with this one.</summary>
    private static float[] Answer(TorchModelRunner runner, int token) =>
        RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, [7, 9, token]), 3));
}
