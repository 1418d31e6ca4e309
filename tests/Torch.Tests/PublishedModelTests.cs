using Rill.Core.Tests;
using Rill.Models;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Models of every supported architecture as their authors publish them, small and random, against logits that others computed.</summary>
public sealed class PublishedModelTests
{
    public static TheoryData<string> Architectures => [.. Vectors.Folders("architectures")];

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_Float32_GivesTheLogitsAndTokens(string name)
    {
        var model = Find("architectures", name);
        using var runner = Load(model.Path, TorchDataType.Float32);

        Assert.All(Errors(runner, model), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model.Prompt, model.Greedy.Length));
    }

    private static PublishedModel Find(string kind, string name)
    {
        var model = new PublishedModel(Vectors.Path(kind, name));
        var architecture = ModelConfig.Load(ModelFiles.InDirectory(model.Path)).Texts("architectures")![0];
        Skip.IfNot(ArchitectureRegistry.Names.Contains(architecture), $"{architecture} is not supported yet.");
        return model;
    }

    private static TorchModelRunner Load(string path, TorchDataType type) => TorchModelRunnerFactory.Load(path, new TorchRunnerOptions
    {
        DataType = type,
        SlotCount = 4,
        BlockSize = 4,
        KeyValueMemoryMiB = 4096,
        ContextLength = 512,
        Threads = 2,
    });

    private static IEnumerable<double> Errors(TorchModelRunner runner, PublishedModel model)
    {
        var logits = runner.Logits(model.Prompt, asPrompt: true);
        var vocabulary = runner.Spec.VocabularySize;
        return model.Logits.Select(expected => PublishedModel.Error(logits.AsSpan(expected.Position * vocabulary, vocabulary), expected.Logits)).ToList();
    }

    private static List<int> Continue(TorchModelRunner runner, int[] prompt, int count)
    {
        var sequence = RunnerDriver.NewSequence(0, prompt, new() { Temperature = 0 });
        var tokens = new List<int>();
        while (tokens.Count < count)
        {
            tokens.Add(RunnerDriver.Run(runner, sequence, sequence.PendingTokens).TokenId);
            sequence.Append(tokens[^1]);
        }

        return tokens;
    }
}
