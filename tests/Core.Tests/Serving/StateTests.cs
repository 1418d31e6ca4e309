using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Slots with states, which are of one position only: the shadow runner fails where one would have to go back.</summary>
public sealed class StateTests
{
    private const int Vocabulary = 1_000;

    [Fact]
    public void Schedule_SlotsWithStates_HoldTheirBlocksToo()
    {
        var world = new World(blocks: 10, blockSize: 4, stateBlocks: 3);
        var sequence = world.Add(promptTokens: 5, maxTokens: 2);

        world.Step();

        Assert.Equal(28, world.Scheduler.MaxLength);
        Assert.Equal(2 + 3, world.Scheduler.Blocks.SlotBlocks);
        world.RunToEnd();
        Assert.NotNull(sequence.Finish);
        Assert.Equal(0, world.Scheduler.Blocks.SlotBlocks);
    }

    /// <summary>The step of a prompt ends at its last full block, whose states are saved: from there the same prompt goes on.</summary>
    [Fact]
    public void Schedule_APromptAgain_BeginsBehindItsLastFullBlock()
    {
        var world = new World(stateBlocks: 1);

        var first = Run(world, World.Prompt(22));
        var second = Run(world, World.Prompt(22));

        Assert.Equal((0, 20), (first.CachedTokens, second.CachedTokens));
        Assert.Equal(5 + 1, world.Scheduler.Blocks.CachedBlocks);
        Assert.Equal(World.Completion(first), World.Completion(second));
    }

    [Fact]
    public void Schedule_ANextTurn_GoesOnAndReplacesTheState()
    {
        var world = new World(stateBlocks: 1);
        var first = Run(world, World.Prompt(22));
        int[] next = [.. first.Tokens, .. World.Prompt(14, salt: 3)];

        var second = Run(world, next);
        world.Add(World.Prompt(3), new() { MaxTokens = 1 });
        world.Step();    // what is followed is given back with the next step

        Assert.Equal(20, second.CachedTokens);
        Assert.Equal(10 + 1, world.Scheduler.Blocks.CachedBlocks);
        Assert.Equal(40, Run(world, next).CachedTokens);
    }

    /// <summary>Where prompts begin alike, the second one saves a state at the border that the third one begins with.</summary>
    [Fact]
    public void Schedule_PromptsWithTheSameBeginning_ShareItFromTheThirdOn()
    {
        var world = new World(stateBlocks: 1);
        var sequences = Enumerable.Range(1, 3).Select(salt => Run(world, [.. World.Prompt(26), .. World.Prompt(20, salt)])).ToList();

        Assert.Equal([0, 0, 24], sequences.Select(sequence => sequence.CachedTokens));
    }

    [Fact]
    public void Schedule_AShortPrompt_IsComputedAtOnce()
    {
        var world = new World(stateBlocks: 1);
        world.Add(promptTokens: 16);

        Assert.Equal(16, Assert.Single(world.Step()!.Steps).Count);
        Assert.Equal(0, world.Scheduler.Blocks.CachedBlocks);
    }

    [Fact]
    public void Schedule_WithoutAPrefixCache_SavesNothing()
    {
        var world = new World(stateBlocks: 1, options: new EngineOptions { PrefixCache = false });

        Assert.Equal((0, 0), (Run(world, World.Prompt(22)).CachedTokens, Run(world, World.Prompt(22)).CachedTokens));
    }

    [Theory]
    [InlineData(12, 2)]
    [InlineData(22, 1)]
    public void Schedule_ChoicesOfOnePrompt_WaitWhereThereIsSomethingToShare(int promptTokens, int expected)
    {
        var world = new World(stateBlocks: 1);
        var first = world.Add(promptTokens, maxTokens: 4);
        var second = world.Add(World.Prompt(promptTokens), new SamplingParameters { MaxTokens = 4 }, source: first);

        Assert.Equal(expected, world.Step()!.Steps.Count);
        world.RunToEnd();
        Assert.Equal(expected == 1 ? 20 : 0, second.CachedTokens);
    }

    /// <summary>States of the cache give way to sequences that run, and the oldest to new ones.</summary>
    [Fact]
    public void Schedule_ManyPromptsInLittleMemory_KeepsTheLatest()
    {
        var world = new World(blocks: 24, blockSize: 4, stateBlocks: 4);
        for (var salt = 0; salt < 6; salt++)
        {
            Run(world, World.Prompt(22, salt));
        }

        Assert.Equal((20, 0), (Run(world, World.Prompt(22, 5)).CachedTokens, Run(world, World.Prompt(22, 0)).CachedTokens));
    }

    [Fact]
    public void Schedule_APreemptedSequence_BeginsAnew()
    {
        var world = new World(blocks: 10, blockSize: 4, stateBlocks: 2);
        var sequences = Enumerable.Range(0, 2).Select(salt => world.Add(promptTokens: 7, maxTokens: 14, salt)).ToList();

        world.RunToEnd();

        Assert.InRange(world.Scheduler.Preemptions, 1, int.MaxValue);
        Assert.All(sequences.Index(), pair => Assert.Equal(ShadowModel.Solo(World.Prompt(7, pair.Index), 14, Vocabulary), World.Completion(pair.Item)));
    }

    [Fact]
    public void Schedule_WhereDraftsAreOffered_TakesNone()
    {
        var asked = new ScriptedDrafts(Vocabulary, new Random(1), rightShare: 1);
        var world = new World(stateBlocks: 1, drafts: asked, takesDrafts: true);
        var sequence = world.Add(promptTokens: 5, maxTokens: 8);

        world.RunToEnd();

        Assert.Equal(8, sequence.CompletionLength);
        Assert.Equal(0, asked.Drafted);
    }

    /// <summary>A step that failed for one has moved the others' states on: they begin anew, the oldest first, and their texts are unchanged.</summary>
    [Fact]
    public void Drop_OneOfThree_ComputesTheOthersFromTheirBeginnings()
    {
        Sequence? broken = null;
        var world = new World(stateBlocks: 1, sampleFault: sequence => sequence == broken ? new SequenceFaultException(sequence, "broken") : null);
        var sequences = Enumerable.Range(0, 3).Select(salt => world.Add(promptTokens: 6, maxTokens: 5, salt)).ToList();
        world.Step();
        world.Step();
        broken = sequences[1];
        var batch = world.Scheduler.Schedule()!;
        var fault = Assert.Throws<SequenceFaultException>(() => world.Runner.Execute(batch));

        Assert.Null(world.Scheduler.Drop(fault.Sequence));

        Assert.Equal([sequences[0], sequences[2]], world.Scheduler.Waiting);
        Assert.Equal(0, world.Scheduler.Blocks.SlotBlocks);
        world.RunToEnd();
        Assert.All((int[])[0, 2], salt => Assert.Equal(ShadowModel.Solo(World.Prompt(6, salt), 5, Vocabulary), World.Completion(sequences[salt])));
    }

    private static Sequence Run(World world, int[] prompt)
    {
        var sequence = world.Add(prompt, new SamplingParameters { MaxTokens = 6 });
        world.RunToEnd();
        Assert.Equal(ShadowModel.Solo(prompt, 6, Vocabulary), World.Completion(sequence));
        return sequence;
    }
}
