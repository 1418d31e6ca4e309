using Rill.Torch.Gpu.Layers;

namespace Rill.Torch.Tests.Gpu.Layers;

public sealed class SequenceRunTests
{
    private static readonly SequenceRun s_run = new(FirstRow: 2, Count: 7, Slot: 3, Start: 6);

    [Fact]
    public void Cut_MoreRowsThanAPieceHas_GivesPiecesInOrder() =>
        Assert.Equal([new(2, 3, 3, 6), new(5, 3, 3, 9), new(8, 1, 3, 12)], s_run.Cut(3));

    [Fact]
    public void CutAtMultiples_RunOverSeveral_BreaksAtEach() =>
        Assert.Equal([new(2, 2, 3, 6), new(4, 4, 3, 8), new(8, 1, 3, 12)], s_run.CutAtMultiples(4));

    [Fact]
    public void CutAtMultiples_RunWithinOne_StaysWhole() => Assert.Equal([s_run], s_run.CutAtMultiples(100));
}
