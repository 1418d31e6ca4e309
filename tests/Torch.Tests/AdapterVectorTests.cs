using Rill.Core.Tests;
using Rill.Models;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Adapters as PEFT publishes them, small and random, against the logits of merged weights that others computed.</summary>
public sealed class AdapterVectorTests
{
    public static TheoryData<string> Adapters => [.. Vectors.Folders("lora")];

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void Execute_WithAnAdapter_GivesTheLogitsAndTokens(string name)
    {
        var expected = new PublishedModel(Vectors.Path("lora", name));
        using var runner = Load(expected);
        runner.LoadAdapter(1, ModelFiles.InDirectory(expected.Path));
        var vocabulary = runner.Spec.VocabularySize;

        foreach (var asPrompt in (bool[])[true, false])
        {
            var logits = runner.Logits(expected.Prompt, asPrompt, adapter: 1);
            Assert.All(expected.Logits, at => Assert.InRange(PublishedModel.Error(logits.AsSpan(at.Position * vocabulary, vocabulary), at.Logits), 0, 1e-9));
        }

        Assert.Equal(expected.Greedy, Continue(runner, expected, adapter: 1));
    }

    /// <summary>The base answers beside its adapter as it does without one.</summary>
    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void Execute_WithoutTheAdapter_GivesTheBasesLogits(string name)
    {
        var expected = new PublishedModel(Vectors.Path("lora", name));
        using var runner = Load(expected);
        var before = runner.Logits(expected.Prompt, asPrompt: true);
        runner.LoadAdapter(1, ModelFiles.InDirectory(expected.Path));

        var logits = runner.Logits(expected.Prompt, asPrompt: true);

        Assert.Equal(before, logits);
        Assert.InRange(PublishedModel.Error(logits.AsSpan()[^runner.Spec.VocabularySize..], expected.BaseLogits), 0, 1e-9);
    }

    private static TorchModelRunner Load(PublishedModel adapter) => TorchModelRunnerFactory.Load(Vectors.Path("architectures", adapter.Base), new TorchRunnerOptions
    {
        DataType = TorchDataType.Float32,
        SlotCount = 2,
        BlockSize = 4,
        KeyValueMemoryMiB = 64,
        ContextLength = adapter.Prompt.Length + adapter.Greedy.Length,
        Threads = 2,
    });

    private static List<int> Continue(TorchModelRunner runner, PublishedModel model, int adapter)
    {
        var sequence = RunnerDriver.NewSequence(0, model.Prompt, new() { Temperature = 0 }, adapter);
        var tokens = new List<int>();
        while (tokens.Count < model.Greedy.Length)
        {
            tokens.Add(RunnerDriver.Run(runner, sequence, sequence.PendingTokens).TokenId);
            sequence.Append(tokens[^1]);
        }

        return tokens;
    }
}
