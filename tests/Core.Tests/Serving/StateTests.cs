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

    [Fact]
    public void Schedule_APromptAgain_IsComputedAgain()
    {
        var world = new World(stateBlocks: 1);
        var sequences = Enumerable.Range(0, 2).Select(_ =>
        {
            var sequence = world.Add(promptTokens: 20, maxTokens: 6);
            world.RunToEnd();
            return sequence;
        }).ToList();

        Assert.Equal([0, 0], sequences.Select(sequence => sequence.CachedTokens));
        Assert.Equal(0, world.Scheduler.Blocks.CachedBlocks);
        Assert.All(sequences, sequence => Assert.Equal(ShadowModel.Solo(World.Prompt(20), 6, Vocabulary), World.Completion(sequence)));
    }

    [Fact]
    public void Schedule_ChoicesOfOnePrompt_DoNotWaitForOneAnother()
    {
        var world = new World(stateBlocks: 1);
        var first = world.Add(promptTokens: 20, maxTokens: 4);
        world.Add(World.Prompt(20), new SamplingParameters { MaxTokens = 4 }, source: first);

        Assert.Equal(2, world.Step()!.Steps.Count);
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
        Assert.Equal(8, world.Runner.Steps);
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
}
