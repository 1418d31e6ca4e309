using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Native;

namespace Rill.Torch.Tests.Cache;

public sealed unsafe class CpuKeyValueCacheTests
{
    private const int Positions = CpuKeyValueCache.ChunkPositions + 10;
    private const int BlockSize = 7;    // blocks cross the border of chunks

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Chunk_LayersOfDifferentHeads_KeepWhatIsWrittenApart(bool hasScales)
    {
        using var parts = new DisposableStack();
        var layout = Layout(hasScales);
        var cache = new CpuKeyValueCache(layout, parts);

        Write(cache, layout);

        Assert.Empty(Wrong(cache, layout, slot: 0, from: 0, to: Positions));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restore_BlocksOfLayersOfDifferentHeads_BringsAllBack(bool hasScales)
    {
        using var parts = new DisposableStack();
        var layout = Layout(hasScales);
        var cache = new CpuKeyValueCache(layout, parts);
        Write(cache, layout);
        var blocks = Positions / BlockSize;

        for (var block = 0; block < blocks; block++)
        {
            cache.Save(new(0, block * BlockSize, block));
            cache.Restore(new(1, block * BlockSize, block));
        }

        Assert.Empty(Wrong(cache, layout, slot: 1, from: 0, to: blocks * BlockSize));
    }

    private static KeyValueLayout Layout(bool hasScales) => new()
    {
        Layers = [new(2, 8), new(0, 64), new(1, 32), new(2, 8)],
        Format = hasScales ? KeyValueFormat.Q8 : KeyValueFormat.BFloat16,
        ContextLength = Positions,
        SlotCount = 2,
        BlockSize = BlockSize,
        BlockCount = Positions / BlockSize,
    };

    /// <summary>Gives each vector and each scale of the first slot a value that tells where it belongs.</summary>
    private static void Write(CpuKeyValueCache cache, KeyValueLayout layout) => Each(layout, 0, Positions, (layer, head, values, position) =>
    {
        Vector(cache, layout, 0, layer, head, values, position).Fill(Mark(layer, head, values, position));
        Scale(cache, layout, 0, layer, head, values, position).Fill(Mark(layer, head, values, position + 1));
    });

    private static List<string> Wrong(CpuKeyValueCache cache, KeyValueLayout layout, int slot, int from, int to)
    {
        var wrong = new List<string>();
        Each(layout, from, to, (layer, head, values, position) =>
        {
            if (Vector(cache, layout, slot, layer, head, values, position).ContainsAnyExcept(Mark(layer, head, values, position))
                || Scale(cache, layout, slot, layer, head, values, position).ContainsAnyExcept(Mark(layer, head, values, position + 1)))
            {
                wrong.Add($"layer {layer}, head {head}, {(values ? "value" : "key")} {position}");
            }
        });
        return wrong;
    }

    private static void Each(KeyValueLayout layout, int from, int to, Action<int, int, bool, int> visit)
    {
        for (var layer = 0; layer < layout.Layers.Count; layer++)
        {
            for (var head = 0; head < layout.Layers[layer].HeadCount; head++)
            {
                for (var position = from; position < to; position++)
                {
                    visit(layer, head, false, position);
                    visit(layer, head, true, position);
                }
            }
        }
    }

    private static Span<byte> Vector(CpuKeyValueCache cache, KeyValueLayout layout, int slot, int layer, int head, bool values, int position)
    {
        var bytes = layout.Layers[layer].HeadDim * layout.Format.ElementSize;
        return new(cache.Chunk(slot, position, layer, head, values) + (position % CpuKeyValueCache.ChunkPositions * bytes), bytes);
    }

    private static Span<byte> Scale(CpuKeyValueCache cache, KeyValueLayout layout, int slot, int layer, int head, bool values, int position)
    {
        var (bytes, size) = (layout.Layers[layer].HeadDim * layout.Format.ElementSize, layout.Format.ScaleSize);
        var scales = cache.Chunk(slot, position, layer, head, values) + (CpuKeyValueCache.ChunkPositions * bytes);
        return new(scales + (position % CpuKeyValueCache.ChunkPositions * size), size);
    }

    private static byte Mark(int layer, int head, bool values, int position) => (byte)(1 + (((layer * 61) + (head * 29) + (values ? 13 : 0) + (position * 7)) % 251));
}
