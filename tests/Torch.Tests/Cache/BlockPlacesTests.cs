using Rill.Torch.Cache;

namespace Rill.Torch.Tests.Cache;

public sealed class BlockPlacesTests
{
    [Fact]
    public void Take_AfterReleases_FillsTheLowestGap()
    {
        var places = new BlockPlaces(10);
        int[] taken = [places.Take(7), places.Take(2), places.Take(9), places.Take(4)];
        places.Release(2);
        places.Release(7);

        Assert.Equal([0, 1, 2, 3], taken);
        Assert.Equal((0, 1, 4), (places.Take(5), places.Take(6), places.Take(0)));
        Assert.Equal(1, places.Take(6));    // keeps its place
    }

    [Fact]
    public void Release_LastPlaces_EndsBeforeThem()
    {
        var places = new BlockPlaces(4);
        places.Take(0);
        places.Take(1);
        places.Take(2);

        places.Release(1);
        Assert.Equal(3, places.End);
        places.Release(2);
        Assert.Equal(1, places.End);
        places.Release(2);    // holds nothing: harmless
        Assert.False(places.TryMoveLast(out _));
    }

    [Fact]
    public void Of_BlockThatHoldsNothing_IsAFault() =>
        Assert.Throws<InvalidOperationException>(() => new BlockPlaces(4).Of(3));

    [Fact]
    public void TryMoveLast_AfterManyChanges_LeavesNoGapAndEveryBlockItsOwnPlace()
    {
        var random = new Random(11);
        var places = new BlockPlaces(60);
        var live = new HashSet<int>();
        var contents = new Dictionary<int, int>();    // place -> block, as copies leave it
        for (var round = 0; round < 3000; round++)
        {
            var block = random.Next(60);
            if (random.Next(2) == 0)
            {
                contents[places.Take(block)] = block;
                live.Add(block);
            }
            else
            {
                places.Release(block);
                live.Remove(block);
            }

            for (var moves = round % 17 == 0 ? 100 : 0; moves > 0 && places.TryMoveLast(out var move); moves--)
            {
                Assert.True(move.To < move.From);
                contents[move.To] = contents[move.From];
            }

            Assert.All(live, one => Assert.Equal(one, contents[places.Of(one)]));
            Assert.Equal(live.Count, live.Select(places.Of).Distinct().Count());
            Assert.InRange(places.End, live.Count, round % 17 == 0 ? live.Count : 60);
        }
    }
}
