using Rill.Torch.Tests.Models;
using Rill.TrainModel.Corpus;
using Rill.TrainModel.Export;
using Xunit.Abstractions;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>What a narrower KV cache costs on the committed model, whose held-out conversations it continues.</summary>
public sealed class CacheQualityTests(ITestOutputHelper output)
{
    [Fact]
    public void Execute_KeysAndValuesInEightBits_StaysCloseToFloat32()
    {
        var exact = Distributions(TorchDataType.Float32);
        var halved = Divergences(exact, Distributions(TorchDataType.BFloat16));
        var eight = Divergences(exact, Distributions(TorchDataType.Q8));
        output.WriteLine($"KL divergence from f32 over {exact.Count} places, mean and largest: bf16 {halved.Average():G2}, {halved.Max():G2}; q8 {eight.Average():G2}, {eight.Max():G2}");

        Assert.InRange(halved.Average(), 0, 1e-5);
        Assert.InRange(eight.Average(), 1e-9, 2e-5);
        Assert.InRange(eight.Max(), 0, 2e-3);
    }

    /// <summary>The log-probabilities at the end of every prompt and after each of the next tokens of the conversation.</summary>
    private static List<float[]> Distributions(TorchDataType type)
    {
        using var runner = TorchModelRunnerFactory.Load(ModelFolder.Path, new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32, KeyValueType = type, SlotCount = 1, BlockSize = 16, KeyValueMemoryMiB = 64, Threads = 1,
        });
        var (model, tokenizer) = ModelDirectory.Read(ModelFolder.Path);
        model.Dispose();
        var generator = new CorpusGenerator(53);
        var distributions = new List<float[]>();
        for (var number = 0; number < 5; number++)
        {
            var ids = tokenizer.Encode(string.Concat(ChatMarkup.Render(generator.NextHeldOut(), addGenerationPrompt: false).Select(piece => piece.Text)));
            for (var length = ids.Count / 2; length < ids.Count; length++)
            {
                var part = RunnerDriver.NewSequence(0, [.. ids.Take(length)]);
                part.ComputedTokens = length == ids.Count / 2 ? 0 : length - 1;
                distributions.Add(RunnerDriver.Distribution(RunnerDriver.Run(runner, part, length - part.ComputedTokens)));
            }
        }

        return distributions;
    }

    private static List<double> Divergences(List<float[]> expected, List<float[]> actual) =>
        [.. expected.Zip(actual, (p, q) => p.Zip(q, (own, other) => Math.Exp(own) * (own - other)).Sum())];
}
