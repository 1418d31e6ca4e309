using System.Runtime.Versioning;
using Rill.Serving;
using Rill.Torch.Cache;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests.Cache;

/// <summary>Keys and values of two layers, eight elements each: a token has 128 bytes, a page of 4096 bytes 32 tokens or eight blocks.</summary>
[SupportedOSPlatform("linux")]
public sealed class GpuKeyValueCacheTests : IDisposable
{
    private const int Page = 4096;
    private const int Context = 100;
    private const int BlockSize = 4;

    private readonly DisposableStack _parts = new();
    private readonly LimitedMemory _memory;
    private readonly DisposeScope _scope;

    public GpuKeyValueCacheTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Memory is mapped on demand on Linux only.");
        NativeTorch.Load();
        _memory = new();
        _scope = NewDisposeScope();
    }

    public void Dispose()
    {
        _scope.Dispose();
        _parts.Dispose();
        Assert.Equal((0, 0), (_memory.Mapped, _memory.Reservations));
    }

    [SkippableFact]
    public void Use_GrowingSequence_MapsPagesAsItNeedsThem()
    {
        var cache = Create(_memory);
        var mapped = new List<long>();
        foreach (var positions in (int[])[1, 32, 33, 64, 100])
        {
            cache.Use(2, positions);
            mapped.Add(_memory.Mapped / Page);
        }

        // one page lies behind the first slot, so that there is a tensor
        Assert.Equal([2, 2, 3, 3, 5], mapped);
        Assert.Equal(128, cache.SlotStride);    // four whole pages
    }

    [SkippableFact]
    public void Use_ReleasedSlot_KeepsItsMemoryUntilOthersNeedIt()
    {
        var cache = Create(_memory);
        cache.AddBlocks(8, 6 * Page);
        cache.Use(1, Context);
        cache.ReleaseSlot(1);
        Assert.Equal(6, _memory.Mapped / Page);

        cache.Use(1, 10);
        Assert.Equal((6, 0), (_memory.Mapped / Page, _memory.Unmaps));
        cache.Use(0, 60);

        Assert.Equal(1, _memory.Unmaps);
        Assert.InRange(_memory.Mapped, 0, 6 * Page);
        Fill(cache, 1, 6, 1);
        Fill(cache, 0, 56, 2);
        Assert.Equal((1, 2), (Content(cache, 1, 6), Content(cache, 0, 56)));
    }

    [SkippableFact]
    public void Use_MoreThanWasAgreed_IsRefusedAndLeavesWhatWasThere()
    {
        var cache = Create(_memory);
        cache.AddBlocks(8, 4 * Page);
        cache.Use(0, 60);
        Fill(cache, 0, 56, 5);

        var error = Assert.Throws<InsufficientMemoryException>(() => cache.Use(1, Context));

        Assert.StartsWith("The device has no more memory for keys and values", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, Content(cache, 0, 56));
        cache.Use(1, 32);
    }

    [SkippableFact]
    public void Use_DeviceHasLessThanWasAgreed_TakesBackWhatIsIdleAndIsThenRefused()
    {
        var cache = Create(_memory);
        cache.AddBlocks(8, 100 * Page);
        cache.Use(0, Context);
        cache.ReleaseSlot(0);
        _memory.Limit = 6 * Page;

        cache.Use(1, Context);
        Assert.Equal((2, 4), (_memory.Unmaps, _memory.Mapped / Page));    // the first slot's and the blocks' first page
        Assert.Throws<InsufficientMemoryException>(() => cache.Use(2, Context));
        cache.Use(2, 32);

        Assert.Equal(5, _memory.Mapped / Page);
    }

    [SkippableFact]
    public void SaveAndRestore_BlocksComeAndGoUnderTheirLimit_KeepTheirContents()
    {
        var random = new Random(3);
        var cache = Create(_memory);
        const int Most = 10;
        cache.AddBlocks(64, Most * Page);
        var saved = new Dictionary<int, int>();
        for (var round = 1; round < 600; round++)
        {
            var slot = random.Next(2);
            cache.ReleaseSlot(1 - slot);
            cache.ReleaseSlot(2);
            Forget(cache, saved, down: random.Next(2, 40), random);
            cache.Use(slot, 64);
            var block = random.Next(64);
            var position = BlockSize * random.Next(16);
            Fill(cache, slot, position, round);
            cache.Save([new(slot, position, block)]);
            saved[block] = round;

            var (known, value) = saved.ElementAt(random.Next(saved.Count));
            var target = saved.Count <= 16 ? 64 : 4;    // three pages beside two of blocks, which may have to close ranks, or one beside five
            cache.Restore([new(2, target, known)]);
            Assert.Equal(value, Content(cache, 2, target));
            cache.Use(slot, Context);                   // four pages
            Assert.All(saved, one => AssertHolds(cache, one.Key, one.Value));
        }

        Assert.Equal(Most, _memory.MostMapped / Page);
        Assert.InRange(_memory.Unmaps, 100, int.MaxValue);
    }

    [SkippableFact]
    public void Copy_Neighbours_AreJoined()
    {
        BlockCopy[] copies = [new(1, 0, 5), new(1, 4, 6), new(1, 8, 7), new(1, 16, 8), new(2, 20, 9), new(2, 24, 3)];

        Assert.Equal([new(100, 20, 12), new(116, 32, 4), new(220, 36, 4), new(224, 12, 4)], BlockRun.Of(copies, copy => copy.Block, 4, 100));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void SaveAndRestore_SeveralBlocksAtOnce_CopyEachToItsPlace(bool mapped)
    {
        var cache = Create(mapped ? _memory : null);
        cache.AddBlocks(20, 100 * Page);
        cache.Use(1, 40);
        for (var block = 0; block < 10; block++)
        {
            Fill(cache, 1, 4 * block, block + 1);
        }

        int[] order = [3, 4, 5, 0, 9, 8];
        cache.Save([.. order.Select(block => new BlockCopy(1, 4 * block, 2 * block))]);
        cache.Restore([.. order.Select((block, index) => new BlockCopy(2, 4 * index, 2 * block))]);

        Assert.Equal(order.Select(block => block + 1f), Enumerable.Range(0, 6).Select(index => Content(cache, 2, 4 * index)));
    }

    [SkippableFact]
    public void BytesOf_CountsOneLayersKeys() => Assert.Equal(10 * 8 * sizeof(float), Create(_memory).BytesOf(10));

    [SkippableTheory]
    [InlineData(128, 2 << 20, 1000, 16384)]                 // a whole page
    [InlineData(28672, 2 << 20, 32000, 32256)]              // Qwen2.5 1.5B: 14 MiB hold 512 tokens
    [InlineData(131072, 2 << 20, 131072, 131072)]           // Llama 3.1 8B: sixteen tokens a page
    public void OfSlot_BeginsWithARowAndAPage(int tokenBytes, long pageBytes, int context, long rows)
    {
        var layout = Layout(tokenBytes / 16) with { ContextLength = context };

        Assert.Equal(tokenBytes, layout.TokenBytes);
        Assert.Equal(rows, DeviceRows.OfSlot(layout, pageBytes));
        Assert.Equal(0, rows * tokenBytes % pageBytes);
    }

    private static KeyValueLayout Layout(int elements) => new()
    {
        Layers = [new(1, elements), new(1, elements)],
        Format = KeyValueFormat.Float32,
        ContextLength = Context,
        SlotCount = 3,
        BlockSize = BlockSize,
        BlockCount = 0,
    };

    private GpuKeyValueCache Create(IDeviceMemory? memory) => new(Layout(8), ScalarType.Float32, CPU, _parts, memory);

    /// <summary>Releases cached blocks until so many are left.</summary>
    private static void Forget(GpuKeyValueCache cache, Dictionary<int, int> saved, int down, Random random)
    {
        while (saved.Count > down)
        {
            var block = saved.Keys.ElementAt(random.Next(saved.Count));
            saved.Remove(block);
            cache.ReleaseBlock(block);
        }
    }

    private static void AssertHolds(GpuKeyValueCache cache, int block, int value)
    {
        cache.Restore([new(2, 0, block)]);
        Assert.Equal(value, Content(cache, 2, 0));
    }

    private static void Fill(GpuKeyValueCache cache, int slot, int position, int value)
    {
        var rows = arange(position, position + BlockSize, ScalarType.Int64) + (slot * cache.SlotStride);
        for (var layer = 0; layer < 2; layer++)
        {
            cache.Write(layer, rows, full([BlockSize, 8], value + (1000f * layer)), full([BlockSize, 8], -value - (1000f * layer)));
        }
    }

    /// <summary>What a block was filled with; NaN where it holds several things.</summary>
    private static float Content(GpuKeyValueCache cache, int slot, int position)
    {
        using var scope = NewDisposeScope();
        var all = Enumerable.Range(0, 2).SelectMany(layer => (Tensor[])
        [
            cache.Read(slot, layer, keys: true, position, BlockSize) - (1000f * layer),
            -cache.Read(slot, layer, keys: false, position, BlockSize) - (1000f * layer),
        ]).SelectMany(values => values.contiguous().data<float>().ToArray()).Distinct().ToList();
        return all is [var value] ? value : float.NaN;
    }
}
