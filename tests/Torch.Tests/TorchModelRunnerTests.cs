using Rill.Core.Tests.Models;
using Rill.Models;
using Rill.Serving;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests;

public sealed class TorchModelRunnerTests
{
    [Fact]
    public void Load_SmallModel_ComputesInFloat32AndDescribesItself()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, TorchDataType.Auto);

        Assert.Equal(TorchDataType.Float32, runner.DataType);
        Assert.Equal("cpu", runner.Device);
        Assert.Equal(model.Weights.Values.Sum(weight => weight.Values.LongLength), runner.ParameterCount);
        Assert.Equal("LlamaForCausalLM", runner.Spec.Architecture);
    }

    [Fact]
    public void Fingerprint_SameModel_IsStableAndChangesWithModelAndType()
    {
        using var model = new TinyModel();
        using var other = new TinyModel(changes: """{"rope_theta":20000.0}""");

        var fingerprint = FingerprintOf(model, TorchDataType.Float32);

        Assert.Matches("^fp_[0-9a-f]{12}$", fingerprint);
        Assert.Equal(fingerprint, FingerprintOf(model, TorchDataType.Auto));
        Assert.NotEqual(fingerprint, FingerprintOf(model, TorchDataType.BFloat16));
        Assert.NotEqual(fingerprint, FingerprintOf(other, TorchDataType.Float32));
    }

    [Fact]
    public void Execute_MixedBatch_SamplesWherePromptsEndInBatchOrder()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        var whole = RunnerDriver.NewSequence(0, RunnerDriver.Prompt(5));
        var chunk = RunnerDriver.NewSequence(1, RunnerDriver.Prompt(9));
        var single = RunnerDriver.NewSequence(2, RunnerDriver.Prompt(1));

        var sampled = runner.Execute(new StepBatch { Steps = [new(single, 0, 1), new(chunk, 0, 4), new(whole, 0, 5)] });

        Assert.Equal([single, whole], sampled.Select(token => token.Sequence));
        Assert.Empty(runner.Execute(new StepBatch { Steps = [new(chunk, 4, 4)] }));
        Assert.Same(chunk, runner.Execute(new StepBatch { Steps = [new(chunk, 8, 1)] })[0].Sequence);
    }

    [Theory]
    [InlineData(131)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Execute_TokenOutsideTheVocabulary_FaultsItsSequence(int token)
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        var good = RunnerDriver.NewSequence(0, [1, 2]);
        var bad = RunnerDriver.NewSequence(1, [1, token]);

        var fault = Assert.Throws<SequenceFaultException>(() => runner.Execute(new StepBatch { Steps = [new(good, 0, 2), new(bad, 0, 2)] }));

        Assert.Same(bad, fault.Sequence);
        Assert.Same(good, runner.Execute(new StepBatch { Steps = [new(good, 0, 2)] })[0].Sequence);
    }

    /// <summary>The step is done for the others, and need not run again.</summary>
    [Fact]
    public void Launch_WhereOneSequenceHasNoPossibleToken_FaultsItAlone()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model);
        var good = RunnerDriver.NewSequence(0, [1, 2]);
        var stuck = RunnerDriver.NewSequence(1, [1, 2], new SamplingParameters { BadWords = [.. Enumerable.Range(0, 131).Select(token => (int[])[token])] });
        var last = RunnerDriver.NewSequence(2, [1, 2]);

        var results = runner.Launch(new StepBatch { Steps = [new(good, 0, 2), new(stuck, 0, 2), new(last, 0, 2)] }).Collect();

        Assert.Equal([good, stuck, last], results.Select(result => result.Sequence));
        Assert.Equal([null, stuck, null], results.Select(result => result.Fault?.Sequence));
        Assert.Equal(results[0].TokenId, results[2].TokenId);
    }

    [Fact]
    public void Execute_StepOutsideTheCache_IsRefused()
    {
        using var model = new TinyModel();
        using var runner = RunnerDriver.Load(model, slots: 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(2, [1]), 0, 1)] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(0, RunnerDriver.Prompt(300)), 0, 300)] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => runner.Execute(new StepBatch { Steps = [new(RunnerDriver.NewSequence(0, [1]), 0, 2)] }));
    }

    [Fact]
    public void Load_WeightsThatDoNotFitTheConfig_NamesTheTensor()
    {
        using var model = new TinyModel();
        File.WriteAllText(Path.Combine(model.Path, "config.json"),
            File.ReadAllText(Path.Combine(model.Path, "config.json")).Replace("\"intermediate_size\":72", "\"intermediate_size\":80", StringComparison.Ordinal));

        var error = Assert.Throws<ModelFormatException>(() => RunnerDriver.Load(model));

        Assert.Contains("mlp.gate_proj.weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("[80, 48]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Float16Files_ComputeInFloat32WithTheSameValues()
    {
        using var model = new TinyModel();
        using var half = new TinyModel();
        SafetensorsWriter.Write(Path.Combine(half.Path, "model.safetensors"), [.. half.Weights.Select(weight => new SafetensorsWriter.Entry(
            weight.Key, "F16", weight.Value.Shape, [.. weight.Value.Values.SelectMany(value => BitConverter.GetBytes((Half)value))]))]);
        using var expected = RunnerDriver.Load(model, TorchDataType.Auto);
        using var actual = RunnerDriver.Load(half, TorchDataType.Auto);

        float[] Of(TorchModelRunner runner) => RunnerDriver.Distribution(RunnerDriver.Run(runner, RunnerDriver.NewSequence(0, RunnerDriver.Prompt(9)), 9));

        Assert.Equal(TorchDataType.Float32, actual.DataType);
        Assert.All(Of(expected).Zip(Of(actual)), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));    // f16 loses what is below 2^-24
    }

    [SkippableFact]
    public void Load_CudaWithoutAGpu_SaysWhatItNeeds()
    {
        NativeTorch.Load();
        Skip.If(TorchSharp.torch.cuda.is_available(), "This machine has a GPU.");
        using var model = new TinyModel();

        var error = Assert.Throws<ModelFormatException>(() => TorchModelRunnerFactory.Load(model.Path, new TorchRunnerOptions { Device = "cuda:0" }));

        Assert.Contains("cuda:0 is not available", error.Message, StringComparison.Ordinal);
    }

    private static string FingerprintOf(TinyModel model, TorchDataType type)
    {
        using var runner = RunnerDriver.Load(model, type);
        return runner.Fingerprint;
    }
}
