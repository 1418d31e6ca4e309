using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Layers;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class PassSplitTests
{
    [Fact]
    public void Of_PromptsAndSingleTokens_PutsTheSingleOnesFirstInTheOrderOfTheirSampling()
    {
        TokenRow[] rows =
        [
            new(10, 0, Slot: 4), new(11, 1, Slot: 4), new(12, 2, Slot: 4),    // a prompt, whose last row samples
            new(20, 5, Slot: 2),                                              // a chunk of one token, whose prompt goes on
            new(30, 7, Slot: 1), new(40, 9, Slot: 3),
        ];

        var split = PassSplit.Of(new StepPlan { Rows = rows, SamplingRows = [5, 2, 4] });

        Assert.Equal([40, 30, 20, 10, 11, 12], split.Rows.Select(row => row.Token));
        Assert.Equal(3, split.SingleCount);
        Assert.Equal([0L, 5, 1], split.Logits);
        Assert.False(split.IsDecoding);
    }

    [Fact]
    public void Of_SingleTokensAlone_HasTheirLogitsInOrder()
    {
        var split = PassSplit.Of(new StepPlan { Rows = [new(1, 0, Slot: 0), new(2, 5, Slot: 1), new(3, 9, Slot: 2)], SamplingRows = [2, 0] });

        Assert.Equal([3, 1, 2], split.Rows.Select(row => row.Token));
        Assert.Equal([0L, 1], split.Logits);
        Assert.True(split.IsDecoding);
    }

    /// <summary>What a preempted sequence computes anew of its completion needs its prompt's keys of the same pass, and what pools is no decoding.</summary>
    [Fact]
    public void Of_CompletionBehindItsPromptAndPooledRow_AreNoSingleTokens()
    {
        TokenRow[] rows = [new(1, 0, Slot: 0), new(2, 1, Slot: 0), new(3, 0, Slot: 5), new(9, 2, Slot: 7), new(4, 2, Slot: 0)];

        var split = PassSplit.Of(new StepPlan { Rows = rows, SamplingRows = [4], PoolingRows = [2] });

        Assert.Equal([9, 1, 2, 3, 4], split.Rows.Select(row => row.Token));
        Assert.Equal(1, split.SingleCount);
        Assert.Equal([4L], split.Logits);
        Assert.Equal([3L], split.Pooling);
    }
}
