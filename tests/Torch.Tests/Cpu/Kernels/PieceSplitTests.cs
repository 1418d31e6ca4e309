using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Tests.Cpu.Kernels;

public sealed class PieceSplitTests
{
    [Fact]
    public void Of_AnySizes_CoversEveryOutputOnceInMultiples()
    {
        foreach (var size in new[] { 1, 15, 16, 17, 100, 960, 1601, 49152 })
        {
            foreach (var threads in new[] { 1, 2, 3, 16 })
            {
                foreach (var worth in new[] { 1L, 2, 5, 47, 1000 })
                {
                    var split = PieceSplit.Of(size, 16, threads, worth);
                    var pieces = Enumerable.Range(0, split.Count).Select(piece => split[piece]).ToList();

                    Assert.Equal(0, pieces[0].First);
                    Assert.Equal(size, pieces[^1].End);
                    Assert.All(pieces.Zip(pieces.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.First));
                    Assert.All(pieces, piece => Assert.True(piece.First % 16 == 0 && piece.First <= piece.End));
                    Assert.True(split.Count <= Math.Max(1, worth));
                }
            }
        }
    }

    [Fact]
    public void Of_MuchWork_GivesEachThreadOneLargePieceAndSmallOnesForTheRest()
    {
        var split = PieceSplit.Of(1600, 16, threads: 2, worth: 100);

        Assert.Equal(6, split.Count);
        Assert.Equal([(0, 688), (688, 1392)], new[] { split[0], split[1] });
        Assert.All(Enumerable.Range(2, 4), piece => Assert.InRange(split[piece].End - split[piece].First, 16, 64));
    }

    [Fact]
    public void Of_LittleWork_HasFewEqualPieces() =>
        Assert.Equal([(0, 96), (96, 192), (192, 288)], Enumerable.Range(0, 3).Select(piece => PieceSplit.Of(288, 16, threads: 2, worth: 3)[piece]));
}
