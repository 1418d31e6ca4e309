using Rill.Torch.Cache;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

/// <summary>Which decoding steps go through a pass of fixed shapes.</summary>
public sealed class PassFactoryTests
{
    private const int Context = 64;

    /// <summary>What counts is what one layer copies of keys at once: rows times span times the bytes of a token's keys in that layer.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void HasFixedShapes_PlainAttention_CountsTheKeysOfOneLayer(int beside, bool expected)
    {
        NativeTorch.Load();
        using var model = new TinyModel(changes: """{"num_hidden_layers":5}""");
        using var parts = new DisposableStack();
        var keys = 4 * Context * model.Spec.KeyValueHeadCount * model.Spec.HeadDim * sizeof(float);

        Assert.Equal(expected, Factory(model, parts, keys + beside, flash: null).HasFixedShapes(new StepShape(4, Context)));
    }

    [Fact]
    public void HasFixedShapes_FlashKernel_IsAlwaysSo()
    {
        NativeTorch.Load();
        using var model = new TinyModel();
        using var parts = new DisposableStack();

        Assert.True(Factory(model, parts, mostCopiedBytes: 1, FlashStandIn.Forward).HasFixedShapes(new StepShape(8, Context)));
    }

    private static PassFactory Factory(TinyModel model, DisposableStack parts, long mostCopiedBytes, FlashAttention.Kernel? flash)
    {
        var cache = new GpuKeyValueCache(
            new KeyValueLayout
            {
                Layers = KeyValueLayer.Of(model.Spec),
                Format = KeyValueFormat.Float32,
                ContextLength = Context,
                SlotCount = 8,
                BlockSize = 1,
                BlockCount = 1,
            },
            ScalarType.Float32, CPU, parts);
        return new(model.Spec, cache, parts.Own(new GpuPositions(model.Spec, CPU)), flash, mostCopiedBytes, CPU);
    }
}
