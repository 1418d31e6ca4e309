using Rill.Core.Tests;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

/// <summary>Models of every supported architecture as their authors publish them, small and random, against logits that others computed.</summary>
public sealed class PublishedModelTests
{
    // The files are in f32 mostly: here their weights, too, are rounded, and rows have 16 to 144 elements only.
    private const double MostErrorInBFloat16 = 3e-3;
    private const double MostErrorInQ8 = 1e-2;
    private const double MostErrorWithOtherExperts = 0.2;
    private const double MostErrorOfLargeScores = 15;    // times the others'

    public static TheoryData<string> Architectures => [.. Vectors.Folders("architectures")];

    public static TheoryData<string> Checkpoints => [.. Vectors.Folders("checkpoints")];

    public static TheoryData<string> GgufFiles => [.. Vectors.Files("gguf", "*.gguf")];

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_Float32_GivesTheLogitsAndTokens(string name)
    {
        var model = Find("architectures", name);
        using var runner = Load(model, TorchDataType.Float32);

        Assert.All(Errors(runner, model, asPrompt: true), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model.Prompt, model.Greedy.Length));
    }

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_BFloat16_IsCloseToTheLogits(string name)
    {
        var model = Find("architectures", name);
        using var runner = Load(model, TorchDataType.BFloat16);

        AssertClose(Errors(runner, model, asPrompt: false), MostErrorInBFloat16, runner.Spec);
    }

    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_Quantized_IsCloseToTheLogits(string name)
    {
        var model = Find("architectures", name);
        using var runner = Load(model, TorchDataType.Q8);

        AssertClose(Errors(runner, model, asPrompt: false), MostErrorInQ8, runner.Spec);
    }

    /// <summary>Packed weights are unpacked exactly: the logits are for what the formulas give.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Execute_APackedCheckpoint_GivesTheLogitsAndTokens(string name)
    {
        var model = Find("checkpoints", name);
        using var runner = Load(model, TorchDataType.Float32);

        Assert.All(Errors(runner, model, asPrompt: true), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model.Prompt, model.Greedy.Length));
    }

    [SkippableTheory]
    [MemberData(nameof(GgufFiles))]
    public void Execute_AGgufFile_GivesTheLogitsAndTokens(string name)
    {
        var model = PublishedModel.OfFile(Vectors.Path("gguf", name));
        using var runner = Load(model, TorchDataType.Float32);

        Assert.All(Errors(runner, model, asPrompt: true), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model.Prompt, model.Greedy.Length));
    }

    /// <summary>The decoder of tensor operations, which CUDA uses, on the CPU's tensors.</summary>
    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_PlainTensors_GiveTheLogitsAndTokens(string name)
    {
        var model = Find("architectures", name);
        if (TensorSwitches.Missing(ArchitectureRegistry.Read(ModelConfig.Load(ModelFiles.InDirectory(model.Path)))) is { } missing)
        {
            Assert.Contains($"does not compute {missing} yet", Assert.Throws<ModelFormatException>(() => Load(model, TorchDataType.Float32, tensors: true)).Message, StringComparison.Ordinal);
            return;
        }

        using var runner = Load(model, TorchDataType.Float32, tensors: true);

        Assert.All(Errors(runner, model, asPrompt: true), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model.Prompt, model.Greedy.Length));
    }

    /// <summary>However a prompt is cut, and whoever else is in a step: the same bits.</summary>
    [SkippableTheory]
    [MemberData(nameof(Architectures))]
    public void Execute_InChunksAndInABatch_GivesTheSameBits(string name)
    {
        var model = Find("architectures", name);
        using var runner = Load(model, TorchDataType.Float32);
        var whole = RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, model.Prompt), model.Prompt.Length));

        var chunked = RunnerDriver.NewSequence(1, model.Prompt);
        foreach (var chunk in (int[])[7, 13])
        {
            runner.Execute(new StepBatch { Steps = [new(chunked, chunked.ComputedTokens, chunk)] });
            chunked.ComputedTokens += chunk;
        }

        var other = RunnerDriver.NewSequence(2, [.. model.Prompt.Reverse()]);
        var rest = model.Prompt.Length - chunked.ComputedTokens;
        var together = runner.Execute(new StepBatch { Steps = [new(other, 0, other.Length), new(chunked, chunked.ComputedTokens, rest)] });

        Assert.Equal(whole, RunnerDriver.Distribution(together[1]));
    }

    /// <summary>A router near a tie may pick another expert at one of the positions.</summary>
    private static void AssertClose(List<double> errors, double most, DecoderSpec spec)
    {
        var sorted = errors.Order().ToList();
        if (spec.AttentionScale == 1)
        {
            // Scores as large as heads are wide: where there is a choice among positions, rounding the weights alone, with all else in f32,
            // moves these logits by up to 5e-2 for bf16 and 5e-1 for eight bits. The first position has no choice.
            Assert.InRange(errors[0], 0, most);
            Assert.InRange(sorted[sorted.Count / 2], 0, MostErrorOfLargeScores * most);
            return;
        }

        Assert.InRange(sorted[^2], 0, most);
        Assert.InRange(sorted[^1], 0, MostErrorWithOtherExperts);
    }

    private static PublishedModel Find(string kind, string name)
    {
        var model = new PublishedModel(Vectors.Path(kind, name));
        var architecture = ModelConfig.Load(ModelFiles.InDirectory(model.Path)).Texts("architectures")![0];
        Skip.IfNot(ArchitectureRegistry.Names.Contains(architecture), $"{architecture} is not supported yet.");
        return model;
    }

    private static TorchModelRunner Load(PublishedModel model, TorchDataType type, bool tensors = false) => TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions
    {
        DataType = type,
        SlotCount = 4,
        BlockSize = 4,
        KeyValueMemoryMiB = 4096,
        ContextLength = model.Prompt.Length + model.Greedy.Length,
        QuantizedCache = "off",
        UseGpuDecoder = tensors,
        Threads = 2,
    });

    private static List<double> Errors(TorchModelRunner runner, PublishedModel model, bool asPrompt)
    {
        var logits = runner.Logits(model.Prompt, asPrompt);
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
