using Rill.Core.Tests;
using Rill.Serving;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Gpu.Kernels;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>Published models through the tensor decoder's other ways: captured steps, the flash kernel's stand-in, bf16.</summary>
public sealed class PublishedTensorsTests
{
    // One of each way to attend, to place, to norm and to choose experts.
    private static readonly string[] s_models =
    [
        "llama-plain", "gemma2-9b", "gemma3-text-1b", "gpt2-prefix", "gptneox-parallel", "cohere2-pattern", "cohere-rplus-qknorm",
        "exaone4-32b-llllg", "bitnet", "nemotron-a", "olmo3-yarn", "phi3-longrope-long", "llama4-chunk16", "llama4-scout-chunk16",
        "llama4-maverick", "gptoss-truncate",
        "glm4moe-air", "mixtral-a", "qwen2moe-a", "qwen3moe-a", "granitemoe-shared", "stablelm-qkvbias",
    ];

    public static TheoryData<string> Models => [.. s_models];

    public static TheoryData<string> Chunked => ["llama4-chunk16", "llama4-scout-chunk16", "llama4-maverick", "phi3-mini-4k-window"];

    public static TheoryData<string> Mixed => ["gptoss-truncate", "llama4-maverick", "glm4moe-air"];

    public static TheoryData<string> Capped => ["gemma2-9b", "gptoss-truncate"];

    /// <summary>The model decodes its whole answer in one captured step's replays, in the company of two sequences of other lengths.</summary>
    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Execute_CapturedSteps_GiveTheTokens(string name)
    {
        var model = Find(name);
        using var device = new ReplayingDevice();
        var reports = new List<string>();
        using var runner = Load(model, options => options with { StepDevice = device, Report = reports.Add });
        var launches = device.Launches;

        Assert.Equal(model.Greedy, Continue(runner, model, [model.Prompt[..3], model.Prompt[5..]]));

        Assert.Empty(reports);
        Assert.Equal(launches + model.Greedy.Length - 1, device.Launches);    // the first token is the prompt's
    }

    /// <summary>With norms before and after branches, after them alone, none of the RMS kind, and neighbours that turn; captured, too.</summary>
    [SkippableTheory]
    [InlineData("gemma2-9b")]
    [InlineData("olmo3-yarn")]
    [InlineData("gptneox-parallel")]
    [InlineData("cohere2-pattern")]
    public void Execute_KernelsOfOurs_GiveTheTokens(string name)
    {
        var model = Find(name);
        using var device = new ReplayingDevice();
        var reports = new List<string>();
        var kernels = new CpuKernelDevice(warps: 1);    // the runner disposes it
        using var runner = Load(model, options => options with { StepDevice = device, Kernels = kernels, Report = reports.Add });

        Assert.Equal(model.Greedy, Continue(runner, model));
        Assert.Empty(reports);
    }

    /// <summary>At most positions; at some, rounding may turn the choice of an expert.</summary>
    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Execute_BFloat16_IsCloseToTheLogits(string name)
    {
        var model = Find(name);
        using var runner = Load(model, options => options with { DataType = TorchDataType.BFloat16 });

        List<double> errors = [.. Errors(runner, model).Order()];
        Assert.InRange(errors[errors.Count / 2], 0, 6e-4);
        Assert.InRange(errors[^1], 0, 1e-2);
    }

    /// <summary>Its eleven bits are exacter than bf16's eight.</summary>
    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void Execute_Float16_IsCloseToTheLogits(string name)
    {
        var model = Find(name);
        using var runner = Load(model, options => options with { DataType = TorchDataType.Float16 });

        List<double> errors = [.. Errors(runner, model).Order()];
        Assert.InRange(errors[errors.Count / 2], 0, 1e-5);
        Assert.InRange(errors[^1], 0, 1e-2);
    }

    [SkippableTheory]
    [MemberData(nameof(Chunked))]
    public void Execute_FlashKernel_GivesTheLogitsAndTokens(string name)
    {
        var model = Find(name);
        var reports = new List<string>();
        using var runner = Load(model, options => options with { Flash = FlashStandIn.Forward, Report = reports.Add });

        Assert.All(Errors(runner, model), error => Assert.InRange(error, 0, 1e-9));
        Assert.Equal(model.Greedy, Continue(runner, model));
        Assert.Empty(reports);
    }

    /// <summary>The kernel knows neither caps nor sinks: it must not be asked.</summary>
    [SkippableTheory]
    [MemberData(nameof(Capped))]
    public void Execute_ScoresThatTheFlashKernelDoesNotKnow_DoWithoutIt(string name)
    {
        var model = Find(name);
        using var runner = Load(model, options => options with { Flash = Refuse });

        Assert.All(Errors(runner, model), error => Assert.InRange(error, 0, 1e-9));
    }

    [SkippableTheory]
    [MemberData(nameof(Mixed))]
    public void Execute_PromptsAndSingleTokens_DisposeTheirTensors(string name)
    {
        var model = Find(name);
        using var runner = Load(model, options => options);
        Continue(runner, model);
        GC.Collect();
        GC.WaitForPendingFinalizers();    // of what other tests left
        var before = Tensor.TotalCount;

        Continue(runner, model);

        Assert.InRange(Tensor.TotalCount - before, long.MinValue, 0);
    }

    private static Tensor Refuse(Tensor queries, Tensor keys, Tensor values, FlashLengths lengths, int? window) =>
        throw new NotSupportedException("The kernel was asked.");

    private static PublishedModel Find(string name) => new(Vectors.Path("architectures", name));

    private static TorchModelRunner Load(PublishedModel model, Func<TorchRunnerOptions, TorchRunnerOptions> with) =>
        TorchModelRunnerFactory.Load(model.Path, with(new TorchRunnerOptions
        {
            DataType = TorchDataType.Float32,
            SlotCount = 4,
            BlockSize = 4,
            KeyValueMemoryMiB = 4096,
            ContextLength = model.Prompt.Length + model.Greedy.Length,
            Threads = 2,
            UseGpuDecoder = true,
        }));

    private static List<double> Errors(TorchModelRunner runner, PublishedModel model)
    {
        var logits = runner.Logits(model.Prompt, asPrompt: true);
        var vocabulary = runner.Spec.VocabularySize;
        return [.. model.Logits
            .Select(expected => PublishedModel.Error(logits.AsSpan(expected.Position * vocabulary, vocabulary), expected.Logits))];
    }

    /// <summary>What follows the model's prompt, while as much is made to follow the others.</summary>
    private static List<int> Continue(TorchModelRunner runner, PublishedModel model, params int[][] others)
    {
        int[][] prompts = [model.Prompt, .. others];
        var sequences = prompts.Select((prompt, slot) => RunnerDriver.NewSequence(slot, prompt, new() { Temperature = 0 })).ToList();
        var tokens = new List<int>();
        while (tokens.Count < model.Greedy.Length)
        {
            var steps = sequences.ConvertAll(sequence => new SequenceStep(sequence, sequence.ComputedTokens, sequence.PendingTokens));
            foreach (var sampled in runner.Execute(new StepBatch { Steps = steps }))
            {
                sampled.Sequence.ComputedTokens = sampled.Sequence.Length;
                sampled.Sequence.Append(sampled.TokenId);
            }

            tokens.Add(sequences[0].Tokens[^1]);
        }

        return tokens;
    }
}
