using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>What ends or fails while a step runs and the next one is planned: it alone is lost.</summary>
public class OverlapFaultTests
{
    [Fact]
    public async Task Abort_OfASequenceInAStepThatRuns_LeavesTheOthersUnchanged()
    {
        await using var world = new EngineWorld(held: true, overlaps: true);
        using var gone = world.Start(5, 1_000);
        using var stays = world.Start(5, 30, salt: 1);
        world.Runner.Allow(6);
        await EngineWorld.Eventually(() => gone.Sequence.CompletionLength >= 4);

        gone.Abort();    // its next token is being computed, and the one behind that is planned
        world.Runner.AllowAll();

        Assert.Equal(InferenceEngineTests.Solo(5, 30, salt: 1), await EngineWorld.ReadAll(stays));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EngineWorld.ReadAll(gone));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task Faults_OfOneSequenceAtALaunch_ComeAfterTheTokensBeforeThem()
    {
        await using var world = new EngineWorld(fault: Breaks(sequenceId: 2, place: 3), held: true, overlaps: true);
        using var intact = world.Start(5, 20);
        using var broken = world.Start(5, 20, salt: 1);
        world.Runner.AllowAll();

        var read = new List<int>();
        await Assert.ThrowsAsync<EngineFaultException>(async () =>
        {
            while (true)
            {
                read.AddRange((await broken.ReadAsync()).TokenIds.Span);
            }
        });

        Assert.Equal(InferenceEngineTests.Solo(5, 3, salt: 1), read);
        Assert.Equal(InferenceEngineTests.Solo(5, 20), await EngineWorld.ReadAll(intact));
        Assert.Equal(EngineState.Ready, world.Engine.State);
    }

    [Fact]
    public async Task Faults_OfOneSequenceAtSampling_LeaveTheOthersUnchanged()
    {
        await using var world = new EngineWorld(
            sampleFault: sequence => sequence is { Id: 2, CompletionLength: 3 } ? new SequenceFaultException(sequence, "broken") : null,
            held: true, overlaps: true);
        using var intact = world.Start(5, 20);
        using var broken = world.Start(5, 20, salt: 1);
        world.Runner.AllowAll();

        var fault = await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(broken));

        Assert.Equal("broken", fault.Message);
        Assert.Equal(InferenceEngineTests.Solo(5, 20), await EngineWorld.ReadAll(intact));
    }

    /// <summary>What a crashed step computed is not trusted, and so nothing of the step behind it is; but only the former's sequences are lost.</summary>
    [Fact]
    public void Advance_WhenAStepCrashes_ComputesANewcomerOfTheStepBehindItAnew()
    {
        Sequence? first = null;
        var world = new World(
            overlaps: true,
            sampleFault: sequence => sequence == first && sequence.CompletionLength == 2 ? new InvalidOperationException("crash") : null);
        first = world.Add(9, maxTokens: 20);
        var observer = new RecordingObserver();
        var pipeline = world.Pipeline(observer);
        while (first.CompletionLength < 3)    // the step that samples the fourth runs, and will crash
        {
            pipeline.Advance();
        }

        var newcomer = world.Add(9, maxTokens: 6);    // begins with the blocks of the first
        while (pipeline.Advance())
        {
            // to the end
        }

        Assert.Equal(["crash"], observer.Failures);
        Assert.True(first is { HasEnded: true, Finish: null });
        Assert.Equal(ShadowModel.Solo(World.Prompt(9), 6, 1_000), World.Completion(newcomer));
        Assert.Equal(0, world.Scheduler.Blocks.SlotBlocks);
    }

    /// <summary>A result that the runner lost to the step behind it is computed again, and from then on that sequence's are read first.</summary>
    [Fact]
    public void Advance_WhenAResultIsOvertaken_ComputesItAgain()
    {
        var world = new World(overlaps: true, overtaken: sequence => sequence is { Id: 1, CompletionLength: 3, AwaitedTokens: > 0 });
        var sequences = Enumerable.Range(0, 2).Select(salt => world.Add(6, maxTokens: 12, salt)).ToList();
        var pipeline = world.Pipeline();
        while (pipeline.Advance())
        {
            // to the end
        }

        Assert.True(sequences[0].IsReadFirst);
        Assert.False(sequences[1].IsReadFirst);
        Assert.All(sequences.Index(), pair => Assert.Equal(ShadowModel.Solo(World.Prompt(6, pair.Index), 12, 1_000), World.Completion(pair.Item)));
        Assert.Equal((0, 0), (world.Scheduler.Blocks.SlotBlocks, sequences.Sum(sequence => sequence.AwaitedTokens)));
    }

    [Fact]
    public async Task DisposeAsync_WhileAStepRuns_WaitsForItBeforeTheRunnerGoes()
    {
        var world = new EngineWorld(held: true, overlaps: true);
        using var stream = world.Start(5, 1_900);
        world.Runner.Allow(3);
        await EngineWorld.Eventually(() => stream.Sequence.CompletionLength == 3);

        await world.DisposeAsync();    // the runner asserts that nothing was left uncollected

        Assert.Equal(EngineState.Stopped, world.Engine.State);
        Assert.True(world.Runner.IsDisposed);
    }

    private static Func<StepBatch, Exception?> Breaks(long sequenceId, int place) => batch =>
    {
        var broken = batch.Steps.FirstOrDefault(step => step.Sequence.Id == sequenceId && step.Samples && step.Place == place).Sequence;
        return broken is null ? null : new SequenceFaultException(broken, "broken");
    };
}
