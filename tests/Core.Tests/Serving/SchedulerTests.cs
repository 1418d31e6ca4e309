using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class SchedulerTests
{
    [Fact]
    public void Schedule_WhenBlocksRunOut_PreemptsTheYoungestSequence()
    {
        var world = new World(blocks: 2, blockSize: 4, context: 8);
        var oldest = world.Add(4);
        var youngest = world.Add(4, salt: 1);
        world.Step();

        var batch = world.Scheduler.Schedule()!;

        Assert.Equal([new SequenceStep(oldest, 4, 1)], batch.Steps);
        Assert.Equal([youngest], world.Scheduler.Waiting);
        Assert.Equal([1], batch.Released);
        Assert.Equal(1, world.Scheduler.Preemptions);
    }

    [Fact]
    public void Schedule_InAStepThatPreempts_AdmitsNobodyAndQueuesTheVictimFirst()
    {
        var world = new World(blocks: 3, blockSize: 4, options: new EngineOptions { PrefixCache = false });
        var oldest = world.Add(4);
        var victim = world.Add(8, salt: 1);
        world.Step();
        var fitting = world.Add(3, salt: 2);    // the one block that is left would do for it

        world.Step();

        Assert.Equal([oldest], world.Scheduler.Running);
        Assert.Equal([victim, fitting], world.Scheduler.Waiting);
    }

    [Fact]
    public void Schedule_AfterAPreemption_AdmitsTheVictimFirstAndItsTextIsUnchanged()
    {
        var world = new World(blocks: 4, blockSize: 4, context: 16);
        var sequences = Enumerable.Range(0, 3).Select(i => world.Add(5, maxTokens: 8, salt: i)).ToList();

        world.RunToEnd();

        Assert.True(world.Scheduler.Preemptions > 0);
        Assert.All(sequences, s => Assert.Equal(ShadowModel.Solo(s.Tokens[..5].ToArray(), 8, 1_000), World.Completion(s)));
    }

    [Theory]
    [InlineData(null, 7)]
    [InlineData(5, 5)]
    public void Schedule_TokenBudget_IsTheRunnersUnlessTheOptionsNameOne(int? budget, int expected)
    {
        var limits = new ModelLimits(VocabularySize: 1_000, ContextLength: 64, SlotCount: 2, BlockSize: 4, BlockCount: 40) { TokenBudget = 7 };
        var scheduler = new Scheduler(limits, new EngineOptions { TokenBudget = budget });
        scheduler.Add(new Sequence(0, new int[30], new SamplingParameters()));

        Assert.Equal(expected, scheduler.Schedule()!.Steps[0].Count);
    }

    [Fact]
    public void Schedule_WithALongPrompt_ComputesItInChunksWhileDecodesGoOn()
    {
        var world = new World(options: new EngineOptions { TokenBudget = 10 });
        var running = world.Add(2);
        world.Step();
        var prompt = world.Add(25, salt: 1);

        var chunks = new List<int>();
        while (prompt.CompletionLength == 0)
        {
            var batch = world.Step()!;
            Assert.Contains(batch.Steps, step => step.Sequence == running && step.Count == 1);
            Assert.InRange(batch.Steps.Sum(step => step.Count), 1, 10);
            chunks.Add(batch.Steps.Single(step => step.Sequence == prompt).Count);
        }

        Assert.Equal([9, 9, 7], chunks);
        Assert.Equal(4, running.CompletionLength);
    }

    [Fact]
    public void Schedule_WithAnOlderPromptInChunks_StillDecodesTheYounger()
    {
        var world = new World(options: new EngineOptions { TokenBudget = 8 });
        var older = world.Add(30);
        var younger = world.Add(2, salt: 1);
        world.Step();
        world.Step();
        world.Step();
        Assert.Equal(0, younger.CompletionLength);    // the older prompt takes the whole budget first
        world.Step();
        Assert.Equal((1, 1), (older.CompletionLength, younger.CompletionLength));
    }

    [Fact]
    public void Schedule_WithMoreThanMaxSequences_AdmitsInOrderOfArrival()
    {
        var world = new World(options: new EngineOptions { MaxSequences = 2 });
        var first = world.Add(3, maxTokens: 1);
        var second = world.Add(3, salt: 1);
        var third = world.Add(3, salt: 2);
        var fourth = world.Add(3, salt: 3);

        world.Step();
        Assert.Equal([second], world.Scheduler.Running);    // the first finished with its only token
        Assert.NotNull(first.Finish);

        world.Step();
        Assert.Equal([second, third], world.Scheduler.Running);
        Assert.Equal([fourth], world.Scheduler.Waiting);
    }

    [Fact]
    public void Schedule_WhenTheFirstDoesNotFit_AdmitsNobodyBehindIt()
    {
        var world = new World(blocks: 4, blockSize: 4, context: 16);
        world.Add(8);
        world.Step();
        var big = world.Add(12, salt: 1);
        var small = world.Add(2, salt: 2);

        world.Step();

        Assert.Equal([big, small], world.Scheduler.Waiting);
    }

    [Fact]
    public void Schedule_WithNothingToDo_ReturnsNull()
    {
        Assert.Null(new World().Scheduler.Schedule());
    }

    [Fact]
    public void Schedule_WhenTheLastSequenceEnded_ReturnsABatchThatOnlyReleases()
    {
        var world = new World();
        world.Add(3, maxTokens: 1);
        world.Step();

        var batch = world.Step()!;

        Assert.Empty(batch.Steps);
        Assert.Equal([0], batch.Released);
        Assert.Null(world.Step());
        Assert.Equal(0, world.Runner.BlocksInUse);
    }

    [Fact]
    public void Add_WithAPromptThatCanNeverFit_ThrowsAClearFault()
    {
        var world = new World(blocks: 3, blockSize: 4, context: 100);

        var fault = Assert.Throws<EngineFaultException>(() => world.Add(12));

        Assert.Equal(EngineFaultKind.TooLong, fault.Kind);
        Assert.Equal("The prompt has 12 tokens, but prompt and completion together may have 12.", fault.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Remove_InQueuePrefillOrDecode_FreesItsMemoryWithTheNextBatch(int steps)
    {
        var world = new World(options: new EngineOptions { TokenBudget = 10, PrefixCache = false });
        var sequence = world.Add(15);
        for (var i = 0; i < steps; i++)
        {
            world.Step();
        }

        Assert.True(world.Scheduler.Remove(sequence));
        Assert.False(world.Scheduler.Remove(sequence));
        world.RunToEnd();

        Assert.Equal((0, 0), (world.Scheduler.Blocks.SlotBlocks, world.Runner.BlocksInUse));
        Assert.Empty(world.Scheduler.Waiting);
    }

    [Fact]
    public void Update_OnAnEndToken_FinishesWithStop()
    {
        var end = ShadowModel.Solo(World.Prompt(4), 3, 1_000)[2];
        var world = new World();
        var sequence = world.Add(4, parameters: new SamplingParameters { EosTokenIds = [end] });

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Stop, null, 4, 0, 3) { EndsWithEos = true }, sequence.Finish);
        Assert.True(sequence.Finish!.EndsWithEos);
    }

    [Fact]
    public void Update_OnAStopToken_NamesIt()
    {
        var stop = ShadowModel.Solo(World.Prompt(4), 2, 1_000)[1];
        var world = new World();
        var sequence = world.Add(4, parameters: new SamplingParameters { StopTokenIds = [stop], IgnoreEos = true, EosTokenIds = [stop] });

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Stop, stop, 4, 0, 2), sequence.Finish);
    }

    [Fact]
    public void Update_BeforeMinTokens_DoesNotStop()
    {
        var solo = ShadowModel.Solo(World.Prompt(4), 5, 1_000);
        var world = new World();
        var sequence = world.Add(4, parameters: new SamplingParameters { EosTokenIds = solo, StopTokenIds = solo, MinTokens = 4 });

        world.RunToEnd();

        Assert.Equal(5, sequence.CompletionLength);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(1_000, 12)]
    public void Update_AtTheTokenLimitOrTheContextsEnd_FinishesWithLength(int maxTokens, int completion)
    {
        var world = new World(context: 16);
        var sequence = world.Add(4, maxTokens);

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Length, null, 4, 0, completion), sequence.Finish);
    }

    [Fact]
    public void Drop_OfAFailedSequence_LeavesTheOthersTextUnchanged()
    {
        Sequence? broken = null;
        var world = new World(blockSize: 2, fault: batch => broken is { Slot: >= 0, CompletionLength: 3 }
            && batch.Steps.Any(step => step.Sequence == broken) ? new SequenceFaultException(broken, "broken") : null);
        var intact = world.Add(5, maxTokens: 9);
        broken = world.Add(5, salt: 1);
        while (world.Scheduler.Schedule() is { } batch)
        {
            try
            {
                world.Scheduler.Update(world.Runner.Execute(batch));
            }
            catch (SequenceFaultException fault)
            {
                world.Scheduler.Update(world.Runner.Execute(world.Scheduler.Drop(fault.Sequence)!));
            }
        }

        Assert.True(broken.HasEnded);
        Assert.Equal(3, broken.CompletionLength);
        Assert.Equal(ShadowModel.Solo(World.Prompt(5), 9, 1_000), World.Completion(intact));
    }

    [Fact]
    public void Fail_OfABatch_EndsItsSequencesAndReleasesTheirMemory()
    {
        var crash = true;
        var world = new World(blockSize: 2, fault: _ => crash ? new InvalidOperationException("crash") : null);
        var lost = world.Add(8);
        Assert.Throws<InvalidOperationException>(() => world.Step());

        world.Scheduler.Fail();
        crash = false;
        world.RunToEnd();

        Assert.True(lost.HasEnded);
        Assert.Equal((0, 0, 0), (world.Scheduler.Blocks.SlotBlocks, world.Scheduler.Blocks.CachedBlocks, world.Runner.BlocksInUse));
    }

    [Fact]
    public void Fail_OfABatchThatOnlyReleases_TriesAgainWithNewWork()
    {
        var crash = false;
        var world = new World(fault: _ => crash ? new InvalidOperationException("crash") : null);
        world.Add(3, maxTokens: 1);
        world.Step();
        crash = true;
        Assert.Throws<InvalidOperationException>(() => world.Step());
        world.Scheduler.Fail();
        Assert.Null(world.Scheduler.Schedule());    // no hot loop of failing releases

        crash = false;
        world.Add(3, maxTokens: 1, salt: 1);

        Assert.Contains(0, world.Step()!.Released);
    }
}
