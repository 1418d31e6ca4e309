using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Gpu.Layers;
using Rill.Torch.Native;
using Rill.Torch.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class RunAttentionTests
{
    private const int Context = 20;

    /// <summary>With capped scores and sinks or in libtorch's kernel, in neither, a window and stretches: however little is there at once, the same rows.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    public void Forward_FewScoresAtOnce_GivesTheSameRows(int layer, bool inSteps)
    {
        NativeTorch.Load();
        using var model = new TinyModel();
        using var scope = NewDisposeScope();
        using var parts = new DisposableStack();
        var spec = model.Spec with
        {
            AttentionSoftCap = inSteps ? 3 : null,
            AttentionSinks = inSteps,
            AttentionWindows = [null, 5, null],
            AttentionChunks = [null, null, 4],
        };
        var cache = Filled(spec, parts);
        List<SequenceRun> runs = [new(0, 9, Slot: 1, Start: 3), new(9, 1, Slot: 0, Start: 19), new(10, 4, Slot: 0, Start: 0)];
        var (queries, sinks) = (randn([14, spec.HeadCount, spec.HeadDim]), inSteps ? randn(spec.HeadCount) : null);

        var whole = new RunAttention(spec, cache, runs, CPU).Forward(queries, layer, sinks);
        var few = 3 * spec.HeadCount * 12 * sizeof(float);    // three rows of the first run at once
        var pieces = new RunAttention(spec, cache, runs, CPU, few).Forward(queries, layer, sinks);

        Assert.InRange((whole - pieces).abs().max().ToSingle(), 0, 1e-5f);
    }

    /// <summary>A text from its beginning on needs no mask where each row sees all before it: as in two pieces, of which the second has one.</summary>
    [Theory]
    [InlineData(null, null)]
    [InlineData(9, null)]
    [InlineData(8, null)]
    [InlineData(null, 9)]
    [InlineData(null, 8)]
    public void Forward_TextFromItsBeginning_GivesTheRowsOfItsPieces(int? window, int? stretch)
    {
        NativeTorch.Load();
        using var model = new TinyModel();
        using var scope = NewDisposeScope();
        using var parts = new DisposableStack();
        var spec = model.Spec with { AttentionWindows = [window, window, window], AttentionChunks = [stretch, stretch, stretch] };
        var cache = Filled(spec, parts);
        var queries = randn([9, spec.HeadCount, spec.HeadDim]);

        var whole = new RunAttention(spec, cache, [new(0, 9, Slot: 1, Start: 0)], CPU).Forward(queries, 1, sinks: null);
        var pieces = new RunAttention(spec, cache, [new(0, 1, Slot: 1, Start: 0), new(1, 8, Slot: 1, Start: 1)], CPU).Forward(queries, 1, sinks: null);

        Assert.InRange((whole - pieces).abs().max().ToSingle(), 0, 1e-5f);
    }

    private static GpuKeyValueCache Filled(DecoderSpec spec, DisposableStack parts)
    {
        var cache = new GpuKeyValueCache(
            new KeyValueLayout
            {
                Layers = KeyValueLayer.Of(spec),
                Format = KeyValueFormat.Float32,
                ContextLength = Context,
                SlotCount = 2,
                BlockSize = 1,
                BlockCount = 1,
            },
            ScalarType.Float32, CPU, parts);
        var rows = (arange(2, ScalarType.Int64).unsqueeze(1) * cache.SlotStride).add(arange(Context, ScalarType.Int64)).flatten();
        for (var layer = 0; layer < spec.LayerCount; layer++)
        {
            cache.Write(layer, rows, Random(), Random());
        }

        return cache;

        Tensor Random() => randn([2 * Context, spec.KeyValueHeadCount * spec.HeadDim]);
    }
}
