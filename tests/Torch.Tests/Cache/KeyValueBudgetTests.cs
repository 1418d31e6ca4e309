using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Cache;

public sealed class KeyValueBudgetTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_SizesBeyond32Bits_AreRefusedWithTheTrueSize(bool slotsTakeMemory)
    {
        // 2^31 positions x 3 layers x (key, value) x 2 heads x 8 x 4 bytes = 768 GiB a sequence
        using var model = new TinyModel();
        var spec = model.Spec with { ContextLength = int.MaxValue };
        var budget = new KeyValueBudget { SlotCount = 1024, BlockSize = 1, MemoryMiB = 1024, SlotsTakeMemory = slotsTakeMemory };

        var error = Assert.Throws<ModelFormatException>(() => budget.Plan(spec, KeyValueFormat.Float32));

        Assert.Contains($"it takes {(slotsTakeMemory ? 1025L : 1L) * 768 * 1024} MiB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_MoreBlocksThan32BitsCount_HasAsManyAsCanBeCounted()
    {
        using var model = new TinyModel();
        var spec = model.Spec with { ContextLength = int.MaxValue };
        var budget = new KeyValueBudget { SlotCount = 1024, BlockSize = 1, MemoryMiB = int.MaxValue };

        Assert.InRange(budget.Plan(spec, KeyValueFormat.Float32).BlockCount, 1, int.MaxValue);
    }

    [Theory]
    [InlineData(false, 64)]
    [InlineData(true, 4)]
    public void Plan_SmallBudget_IsSharedByBlocksAndSlotsThatTakeMemory(bool slotsTakeMemory, int blocks)
    {
        // A position is 1024 layers x (key, value) x 2 heads x 32 x 4 bytes = 512 KiB, a block of four 2 MiB; 15 slots are 60 blocks
        using var model = new TinyModel(changes: """{"max_position_embeddings":16}""");
        var spec = model.Spec with { LayerCount = 1024, HeadDim = 32 };
        var budget = new KeyValueBudget { SlotCount = 15, BlockSize = 4, MemoryMiB = 128, SlotsTakeMemory = slotsTakeMemory };

        Assert.Equal(blocks, budget.Plan(spec, KeyValueFormat.Float32).BlockCount);
    }

    [Theory]
    [InlineData(200, 15, 16, null)]                           // 192 MiB of whole slots, and some over
    [InlineData(32, 12, 16, "has room for 12 sequences at once instead of 15; set Rill__ContextLength below 16 for more.")]
    [InlineData(10, 1, 16, "has room for 1 sequences at once instead of 15; set Rill__ContextLength below 16 for more.")]
    public void Plan_ThatFitsItself_TakesFewerSlotsBeforeItRefuses(int memory, int slots, int context, string? sentence)
    {
        // A position is 512 KiB, a block of four 2 MiB, a sequence of sixteen 8 MiB; pages' ends take another 2 MiB for each slot and one
        using var model = new TinyModel(changes: """{"max_position_embeddings":16}""");
        var spec = model.Spec with { LayerCount = 1024, HeadDim = 32 };
        var budget = new KeyValueBudget { SlotCount = 15, BlockSize = 4, MemoryMiB = memory + 2, PageBytes = 2 << 20, FitsItself = true };

        var layout = budget.Plan(spec, KeyValueFormat.Float32);

        Assert.Equal((slots, context), (layout.SlotCount, layout.ContextLength));
        Assert.InRange(layout.BlockCount, 4, 2 * 4 * slots);
        Assert.True((layout.BlockCount * layout.BlockBytes) + ((slots + 1) * budget.PageBytes) <= budget.Bytes);
        if (sentence is null)
        {
            Assert.Null(budget.Shortfall(layout, spec));
        }
        else
        {
            Assert.EndsWith(sentence, budget.Shortfall(layout, spec), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_NoFullSequenceFits_ShortensTheContextUnlessItWasChosen(bool slotsTakeMemory)
    {
        // A position is 512 KiB, so 256 MiB hold 512 of them, or half as many in a slot and in blocks
        using var model = new TinyModel(changes: """{"max_position_embeddings":4096}""");
        var spec = model.Spec with { LayerCount = 1024, HeadDim = 32 };
        var budget = new KeyValueBudget
        {
            SlotCount = 15, BlockSize = 4, MemoryMiB = 256, FitsItself = true,
            PageBytes = slotsTakeMemory ? 0 : 2 << 20, SlotsTakeMemory = slotsTakeMemory,
        };

        var layout = budget.Plan(spec, KeyValueFormat.Float32);
        var refusal = Assert.Throws<ModelFormatException>(() => (budget with { ContextLength = 2048 }).Plan(spec, KeyValueFormat.Float32));

        Assert.Equal(slotsTakeMemory ? (1, 256) : (15, 512 - (16 * 4)), (layout.SlotCount, layout.ContextLength));
        Assert.Contains(
            $"holds no sequence of 4096 tokens: sequences have at most {layout.ContextLength}", budget.Shortfall(layout, spec),
            StringComparison.Ordinal);
        Assert.Contains(slotsTakeMemory ? "it takes 2048 MiB" : "it takes 1028 MiB", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_NotEvenAShortSequenceFits_IsRefused()
    {
        using var model = new TinyModel(changes: """{"max_position_embeddings":4096}""");
        var spec = model.Spec with { LayerCount = 1024, HeadDim = 32 };

        var error = Assert.Throws<ModelFormatException>(() => new KeyValueBudget
        {
            SlotCount = 15, BlockSize = 4, MemoryMiB = 100, PageBytes = 2 << 20, FitsItself = true,
        }.Plan(spec, KeyValueFormat.Float32));

        Assert.Equal(
            "The KV cache's budget of 100 MiB is too small for sequences of 4096 tokens: it takes 2052 MiB; " +
            "raise the budget, or lower the context length.",
            error.Message);
    }

    [Theory]
    [InlineData(null, 0.85)]
    [InlineData(3, 0.85)]
    [InlineData(null, 0.93)]
    public void Bytes_OnADevice_AreAShareOfWhatIsFreeAndNeverMore(int? memory, double share)
    {
        var budget = new KeyValueBudget { SlotCount = 1, BlockSize = 4, FreeOnDevice = 2 << 20, MemoryMiB = memory, IsMeasured = share > 0.9 };

        Assert.Equal((long)(share * (2 << 20)), budget.Bytes);
    }

    [Fact]
    public void Plan_LayersWithStates_CountThemAsBlocksOfEachSequence()
    {
        // Of a position one layer keeps (key, value) x 2 heads x 8 x 4 bytes, a block of four 512 bytes; the states are 2 x 64 x 9 x 4 = 4608
        // bytes, which take two pages
        using var model = new TinyModel(changes: """{"max_position_embeddings":16}""");
        var spec = model.Spec with { Mixers = [new ShortConvSpec(64) { Taps = 10 }, new ShortConvSpec(64) { Taps = 10 }, null] };
        var budget = new KeyValueBudget { SlotCount = 2, BlockSize = 4, MemoryMiB = 1 };

        var layout = budget.Plan(spec, KeyValueFormat.Float32);

        Assert.Equal((8192, 16), (layout.StateBytes, layout.StateBlocks));
        Assert.Equal(2 * 2 * (4 + 16), layout.BlockCount);
    }

    [Fact]
    public void Plan_StatesThatDoNotFit_AreRefused()
    {
        using var model = new TinyModel();
        var spec = model.Spec with { Mixers = [new DeltaNetSpec { Taps = 4, KeyHeads = 256, ValueHeads = 256, KeyWidth = 1024, ValueWidth = 1024 }, null, null] };

        Assert.Contains(
            "too small", Assert.Throws<ModelFormatException>(() => new KeyValueBudget { SlotCount = 2, BlockSize = 4, MemoryMiB = 64 }.Plan(spec, KeyValueFormat.Float32)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_LayersOfDifferentHeads_CountsWhatEachKeeps()
    {
        using var model = new TinyModel();
        var spec = model.Spec with { HeadDims = [8, 32, 32], KeyValueHeadCounts = [2, 1, 1], KeyValueSources = [0, 1, 1] };
        var budget = new KeyValueBudget { SlotCount = 1, BlockSize = 4, MemoryMiB = 64 };

        var layout = budget.Plan(spec, KeyValueFormat.Q8);

        // (key, value) x (2 heads of 8 bytes and 1 of 32, and a scale of 4 for each head); the third layer reads the second's
        Assert.Equal(2 * ((2 * (8 + 4)) + 32 + 4), layout.TokenBytes);
        Assert.Equal(layout.TokenBytes - (2 * 3 * 4), spec.KeyValueElements);
        Assert.Equal(4 * layout.TokenBytes, layout.BlockBytes);
    }
}
