using Rill.Core.Tests;
using Rill.Models;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using TorchSharp;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class DeviceWeightsTests
{
    [Theory]
    [InlineData(torch.ScalarType.BFloat16)]    // views of the file
    [InlineData(torch.ScalarType.Float32)]     // converted copies
    public void Layer_OnAnotherDevice_LeavesNoTensorOnTheHost(torch.ScalarType type)
    {
        NativeTorch.Load();
        using var model = new TinyModel("Qwen3ForCausalLM");
        using var weights = ModelWeights.Open(model.Path);
        using var parts = new DisposableStack();
        var before = Settled();

        var placed = new DeviceWeights(new(weights, type), new torch.Device(DeviceType.META), parts);
        var layer = NewLayer(model.Spec, placed, type);

        Assert.Equal(DeviceType.META, Assert.IsType<DenseLinear>(layer.QueryKeyValue).Weight.device_type);
        Assert.Equal(8, torch.Tensor.TotalCount - before);    // four matrices and four norms, each once
    }

    [Fact]
    public void Layer_Disposed_LeavesNoTensor()
    {
        NativeTorch.Load();
        using var model = new TinyModel("Qwen2ForCausalLM");
        using var weights = ModelWeights.Open(model.Path);
        var before = Settled();
        using (var parts = new DisposableStack())
        {
            var placed = new DeviceWeights(new(weights, torch.ScalarType.Float32), torch.CPU, parts);
            _ = NewLayer(model.Spec, placed, torch.ScalarType.Float32);
        }

        Assert.Equal(before, torch.Tensor.TotalCount);
    }

    [SkippableFact]
    public void Layer_OfExperts_LeavesOneTensorForAllExpertsMatrices()
    {
        NativeTorch.Load();
        var path = Vectors.Path("architectures", "gptoss-truncate");
        var spec = ArchitectureRegistry.Read(ModelConfig.Load(ModelFiles.InDirectory(path)));
        using var weights = ModelWeights.Open(path, spec);
        using var parts = new DisposableStack();
        var before = Settled();

        var placed = new DeviceWeights(new(weights, torch.ScalarType.Float32), torch.CPU, parts);
        _ = NewLayer(spec, placed, torch.ScalarType.Float32);

        // Attention's two matrices, the router and the experts' two, all with biases; two norms; sinks.
        Assert.Equal(13, torch.Tensor.TotalCount - before);
    }

    private static GpuLayer NewLayer(DecoderSpec spec, DeviceWeights weights, torch.ScalarType type)
    {
        var norm = new GpuNorm(spec, type, fused: false);
        return new(spec, new GpuLinears(weights, packed: null), weights, norm, new PlainKernels(norm), index: 0);
    }

    /// <summary>The number of tensors, without those that other tests left to their finalizers.</summary>
    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
