using System.Diagnostics;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class PrefixCacheTests
{
    [Fact]
    public void Schedule_WithAPromptSeenBefore_RestoresItsBlocksAndComputesTheRest()
    {
        var world = new World(blockSize: 4);
        world.Add(10, maxTokens: 1);
        world.RunToEnd();
        var again = world.Add(10, maxTokens: 1);

        var batch = world.Step()!;

        Assert.Equal([new SequenceStep(again, 8, 2)], batch.Steps);
        Assert.Equal([0, 4], batch.Restores.Select(copy => copy.Position));
        Assert.Equal(8, again.CachedTokens);
        Assert.Equal(8, again.Finish!.CachedTokens);
    }

    [Fact]
    public void Schedule_WithAPromptOfWholeCachedBlocks_LeavesOneTokenAtLeastToCompute()
    {
        var world = new World(blockSize: 4);
        world.Add(8, maxTokens: 1);
        world.RunToEnd();
        var again = world.Add(8, maxTokens: 1);

        var batch = world.Step()!;

        Assert.Equal([new SequenceStep(again, 4, 4)], batch.Steps);
    }

    [Fact]
    public void Schedule_OfANextTurn_FindsTheCompletionsBlocksToo()
    {
        var world = new World(blockSize: 4);
        var turn = world.Add(4, maxTokens: 9);
        world.RunToEnd();
        var next = world.Add([.. turn.Tokens, 900, 901], new SamplingParameters { MaxTokens = 1 });

        world.RunToEnd();

        Assert.Equal(12, next.CachedTokens);    // 13 tokens, of which the last was never computed
    }

    [Fact]
    public void Schedule_WithPromptsThatDivergeInsideABlock_SharesOnlyTheBlocksBefore()
    {
        var world = new World(blockSize: 4);
        world.Add([1, 2, 3, 4, 5, 6, 7, 8, 9], new SamplingParameters { MaxTokens = 1 });
        world.RunToEnd();
        var other = world.Add([1, 2, 3, 4, 5, 6, 7, 0, 9], new SamplingParameters { MaxTokens = 1 });

        world.RunToEnd();

        Assert.Equal(4, other.CachedTokens);
    }

    [Fact]
    public void Schedule_WithTheSameBlockAfterAnotherParent_IsAMiss()
    {
        var world = new World(blockSize: 4);
        world.Add([1, 2, 3, 4, 5, 6, 7, 8, 9], new SamplingParameters { MaxTokens = 1 });
        world.RunToEnd();
        var other = world.Add([5, 6, 7, 8, 9], new SamplingParameters { MaxTokens = 1 });

        world.RunToEnd();

        Assert.Equal(0, other.CachedTokens);
    }

    [Fact]
    public void Schedule_WithPrefixCacheOff_NeitherSavesNorRestores()
    {
        var world = new World(blockSize: 4, options: new EngineOptions { PrefixCache = false });
        world.Add(10, maxTokens: 1);
        world.RunToEnd();
        world.Add(10, maxTokens: 1);

        var batch = world.Step()!;

        Assert.Empty(batch.Restores);
        Assert.Empty(batch.Saves);
        Assert.Equal(10, batch.Steps[0].Count);
    }

    [Fact]
    public void Schedule_WhenSlotsNeedMemory_EvictsTheLeastRecentlyUsedBlocksFromTheEndOfTheirChain()
    {
        var world = new World(blocks: 7, blockSize: 4, context: 24);
        world.Add(9, maxTokens: 1, salt: 1);
        var oldest = world.Step()!.Saves;
        world.RunToEnd();
        world.Add(9, maxTokens: 1, salt: 2);
        world.RunToEnd();
        Assert.Equal((4, 3), (world.Scheduler.Blocks.CachedBlocks, world.Scheduler.Blocks.FreeBlocks));

        world.Add(13, maxTokens: 1, salt: 3);    // needs 4 blocks

        Assert.Equal([oldest[1].Block], world.Step()!.ReleasedBlocks);
    }

    [Fact]
    public void Schedule_WhenItsOwnCachedPrefixFillsTheMemory_GivesUpHitsRatherThanWaitForEver()
    {
        var world = new World(blocks: 4, blockSize: 4, context: 16);
        world.Add(12, maxTokens: 4);
        world.RunToEnd();
        var again = world.Add(15, maxTokens: 1);

        world.RunToEnd();

        Assert.NotNull(again.Finish);
    }

    [Fact]
    public void Schedule_WithChoicesOfOnePrompt_ComputesThePromptOnce()
    {
        var world = new World(blockSize: 4);
        var first = world.Add(11, maxTokens: 2);
        var second = world.Add(11, maxTokens: 2, source: first);
        var other = world.Add(3, maxTokens: 2, salt: 5);

        var batch = world.Step()!;
        Assert.Equal([first, other], batch.Steps.Select(step => step.Sequence));
        Assert.Equal([second], world.Scheduler.Waiting);

        world.RunToEnd();
        Assert.Equal(8, second.CachedTokens);
        Assert.Equal(World.Completion(first), World.Completion(second));
    }

    [Fact]
    public void Schedule_WhenTheChoiceThatComputesThePromptIsGone_TheNextComputesIt()
    {
        var world = new World(blockSize: 4, options: new EngineOptions { TokenBudget = 4 });
        var first = world.Add(11, maxTokens: 2);
        var second = world.Add(11, maxTokens: 2, source: first);
        world.Step();
        world.Scheduler.Remove(first);

        world.RunToEnd();

        Assert.NotNull(second.Finish);
    }

    [Fact]
    public void Schedule_WithAnotherSalt_SharesNothingAndWithTheSameEverything()
    {
        var world = new World(blockSize: 4);
        Sequence Add(string salt) => world.Add(new SequenceRequest(World.Prompt(13)) { CacheSalt = salt, Parameters = new() { MaxTokens = 1 } });
        var first = Add("tenant a");
        world.RunToEnd();
        var other = Add("tenant b");
        world.RunToEnd();
        Assert.Equal(6, world.Scheduler.Blocks.CachedBlocks);
        var again = new[] { Add("tenant a"), Add("tenant b"), Add("") };

        world.RunToEnd();

        Sequence[] all = [first, other, .. again];
        Assert.Equal([0, 0, 12, 12, 0], all.Select(sequence => sequence.CachedTokens));
    }

    /// <summary>Hits that there is no memory for are given up one by one; counting all of them each time grew with their square.</summary>
    [Fact]
    public void TryAdmit_WithManyHitsAndNoMemoryForThem_TakesNoTimeThatGrowsWithTheirSquare() =>
        Assert.True(Enumerable.Range(0, 5).Any(_ => AdmitWithoutMemory() < TimeSpan.FromSeconds(2)), "None of five took less than 2 s.");    // one may meet a busy machine

    private static TimeSpan AdmitWithoutMemory()
    {
        const int blocks = 40_000;
        var manager = new BlockManager(new ModelLimits(1_000, int.MaxValue, 2, 1, blocks + 2), prefixCache: true);
        var first = new Sequence(1, new int[blocks / 2], new SamplingParameters());
        Assert.True(manager.TryAdmit(first, [], []));
        first.ComputedTokens = first.Length;
        manager.Save(first, [], []);
        manager.Release(first);
        manager.BeginStep();
        var started = Stopwatch.GetTimestamp();

        Assert.True(manager.TryAdmit(new Sequence(2, new int[blocks + 1], new SamplingParameters()), [], []));

        return Stopwatch.GetElapsedTime(started);
    }

    [Fact]
    public void TryFind_WithAnotherContentUnderTheSameHash_IsAMiss()
    {
        var cache = new PrefixCache(blockSize: 1);
        cache.BeginStep();
        var (one, other) = TwoNodesWhoseHashesDifferInTheirLowHalfOnly(cache);
        var token = (int)(uint)(one.Hash ^ other.Hash);    // the hash begins with parent ^ token: both children get the same

        Assert.NotNull(cache.Add("", one, [0], block: 0));

        Assert.True(cache.TryFind("", one, [0], out _));
        Assert.False(cache.TryFind("", other, [token], out _));
        Assert.Null(cache.Add("", other, [token], block: 1));    // that they collide in truth
    }

    private static (PrefixCache.Node One, PrefixCache.Node Other) TwoNodesWhoseHashesDifferInTheirLowHalfOnly(PrefixCache cache)
    {
        var byHighHalf = new Dictionary<ulong, PrefixCache.Node>();
        for (var token = 0; token < 1_000_000; token++)
        {
            var node = cache.Add("", null, [token], block: 0)!;
            if (!byHighHalf.TryAdd(node.Hash >> 32, node))
            {
                return (byHighHalf[node.Hash >> 32], node);
            }
        }

        throw new InvalidOperationException("No such pair among a million nodes.");
    }
}
