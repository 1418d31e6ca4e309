using Rill.Models;
using Rill.Torch.Tests.Gpu.Layers;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests;

public sealed class GpuTypesTests
{
    // Just no small model.
    private const string Large = """{"vocab_size":131072,"hidden_size":256,"num_hidden_layers":1,"tie_word_embeddings":true,"max_position_embeddings":16}""";

    [Theory]
    [InlineData("BF16", "8.0", TorchDataType.BFloat16)]
    [InlineData("BF16", "9.0", TorchDataType.BFloat16)]
    [InlineData("BF16", null, TorchDataType.BFloat16)]     // not known
    [InlineData("BF16", "7.5", TorchDataType.Float16)]
    [InlineData("Q4_K", "7.5", TorchDataType.Float16)]
    [InlineData("Q4_K", "8.6", TorchDataType.BFloat16)]
    [InlineData("F16", "7.5", TorchDataType.Float16)]
    [InlineData("F16", "9.0", TorchDataType.Float16)]
    [InlineData("F32", "7.5", TorchDataType.Float32)]
    [InlineData("F32", "9.0", TorchDataType.Float32)]
    public void Choose_ByFilesAndCapability_TakesWhatIsFast(string published, string? capability, TorchDataType expected)
    {
        using var model = new TinyModel();

        var (type, note) = GpuTypes.Choose(model.Spec, published, capability is null ? null : Version.Parse(capability));

        Assert.Equal(expected, type);
        Assert.Equal(expected == TorchDataType.Float16 && published != "F16", note?.Contains("7.5", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("BF16", "7.5", true)]
    [InlineData("F16", "7.5", true)]
    [InlineData("F16", "9.0", false)]
    public void Choose_OfAModelThatOverflowsF16_StaysInBFloat16(string published, string capability, bool isNoted)
    {
        using var model = new TinyModel();
        var spec = model.Spec with { PostNorms = true };

        var (type, note) = GpuTypes.Choose(spec, published, Version.Parse(capability));

        Assert.Equal(TorchDataType.BFloat16, type);
        Assert.Equal(isNoted, note is not null);
    }

    [Fact]
    public void Load_OnADeviceBelow80_ComputesInF16AndSaysSo()
    {
        using var model = new TinyModel(changes: Large);
        var reports = new List<string>();
        using var device = new ReplayingDevice { Capability = new(7, 5) };
        using var runner = TorchModelRunnerFactory.Load(model.Path, Options with { StepDevice = device, Report = reports.Add });

        Assert.Equal(TorchDataType.Float16, runner.DataType);
        Assert.Equal(["The GPU's compute capability is 7.5, where bf16 is slow: the model computes in f16 (Rill__Dtype)."], reports);
    }

    [Theory]
    [InlineData("7.5", false, TorchDataType.Float16)]
    [InlineData("7.5", true, TorchDataType.BFloat16)]     // may overflow f16
    [InlineData("8.0", false, TorchDataType.BFloat16)]
    [InlineData(null, false, TorchDataType.BFloat16)]
    public void Choose_OfQuantizedWeights_ComputesBesideThemInWhatIsFast(string? capability, bool postNorms, TorchDataType expected)
    {
        using var model = new TinyModel();
        using var weights = ModelWeights.Open(ModelFiles.At(model.Path), model.Spec);
        var options = Options with { Device = "cuda", DataType = TorchDataType.Q4 };

        var types = RunnerTypes.Choose(options, model.Spec with { PostNorms = postNorms }, weights, capability is null ? null : Version.Parse(capability));

        Assert.Equal(expected, types.KeyValues);
        Assert.Equal(expected == TorchDataType.Float16 ? ScalarType.Float16 : ScalarType.BFloat16, types.Computing);
    }

    [Fact]
    public void Load_OfASmallModel_StaysInF32()
    {
        using var model = new TinyModel();
        using var device = new ReplayingDevice { Capability = new(7, 5) };
        using var runner = TorchModelRunnerFactory.Load(model.Path, Options with { StepDevice = device });

        Assert.Equal(TorchDataType.Float32, runner.DataType);
    }

    [Fact]
    public void Load_F16OnTheCpusKernels_SaysWhatToSet()
    {
        using var model = new TinyModel();

        var error = Assert.Throws<ModelFormatException>(
            () => TorchModelRunnerFactory.Load(model.Path, Options with { UseGpuDecoder = false, DataType = TorchDataType.Float16 }));

        Assert.Equal(
            "The CPU's kernels do not compute in f16; set Rill__Dtype to auto, bf16 or f32 (files in f16 are read in any of them).", error.Message);
    }

    private static TorchRunnerOptions Options => new() { SlotCount = 1, BlockSize = 4, KeyValueMemoryMiB = 64, Threads = 2, UseGpuDecoder = true };
}
