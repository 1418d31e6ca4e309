using Microsoft.Extensions.Logging;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class InferenceEngineTests
{
    [Fact]
    public async Task Submit_DeliversEveryTokenAndTheFinish()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(promptTokens: 5, maxTokens: 40);

        var tokens = await EngineWorld.ReadAll(stream);

        Assert.Equal(Solo(5, 40), tokens);
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task Ahead_CountsThoseThatCameBeforeAndHaveNotBegun()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxSequences = 1 }, held: true);
        using var first = world.Start(promptTokens: 5, maxTokens: 1);
        await EngineWorld.Eventually(() => first.Ahead is null);
        using var second = world.Start(promptTokens: 5, maxTokens: 1);
        using var third = world.Start(promptTokens: 5, maxTokens: 1);
        Assert.Equal((0, 1), (second.Ahead, third.Ahead));

        second.Abort();

        Assert.Equal((null, 0), (second.Ahead, third.Ahead));
    }

    [Fact]
    public async Task ReadAsync_ByASlowReader_CoalescesWhatIsPending()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(promptTokens: 5, maxTokens: 30);
        await EngineWorld.Eventually(() => world.Engine.Running + world.Engine.Waiting == 0);

        var batch = await stream.ReadAsync();

        Assert.Equal(Solo(5, 30), batch.TokenIds.ToArray());
        Assert.Equal(new SequenceFinish(SequenceFinishReason.Length, null, 5, 0, 30), batch.Finish);
    }

    [Fact]
    public async Task Submit_WithAPromptThatCannotFit_Throws()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(1, 2_000);

        var fault = Assert.Throws<EngineFaultException>(() => world.Submit(reservation, 2_000, 1));

        Assert.Equal(EngineFaultKind.TooLong, fault.Kind);
        Assert.Equal(2_000, world.Engine.MaxSequenceLength);
    }

    [Fact]
    public async Task Submit_OfSeveralChoices_ComputesThePromptOnce()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(3, 41);
        var streams = Enumerable.Range(0, 3).Select(_ => world.Submit(reservation, 41, 5)).ToList();

        var finishes = new List<SequenceFinish>();
        foreach (var stream in streams)
        {
            TokenBatch batch;
            do
            {
                batch = await stream.ReadAsync();
            }
            while (batch.Finish is null);

            finishes.Add(batch.Finish);
        }

        Assert.Equal([0, 40, 40], finishes.Select(finish => finish.CachedTokens));
    }

    /// <summary>The first choice's tokens are the engine's; what a later one is compared with is the request's own prompt.</summary>
    [Fact]
    public async Task Submit_OfFurtherChoicesWhileTheFirstDecodes_NeverLooksAtItsTokens()
    {
        await using var world = new EngineWorld();
        for (var round = 0; round < 30; round++)
        {
            using var reservation = world.Reserve(8, 9);
            var streams = new List<TokenStream>();
            for (var choice = 0; choice < 8; choice++)
            {
                streams.Add(world.Submit(reservation, 9, 20, salt: choice / 4));
                await Task.Yield();
            }

            foreach (var (choice, stream) in streams.Index())
            {
                Assert.Equal(Solo(9, 20, salt: choice / 4), await EngineWorld.ReadAll(stream));
            }
        }
    }

    [Fact]
    public async Task Faults_OfOneSequence_LeaveTheOthersUnchanged()
    {
        await using var world = new EngineWorld(fault: Breaks(sequenceId: 2, after: 3), held: true);
        using var intact = world.Start(5, 20);
        using var broken = world.Start(5, 20, salt: 1);
        world.Runner.AllowAll();

        var fault = await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(broken));

        Assert.Equal((EngineFaultKind.Internal, "broken"), (fault.Kind, fault.Message));
        Assert.Equal(Solo(5, 20), await EngineWorld.ReadAll(intact));
        Assert.Equal(EngineState.Ready, world.Engine.State);
        Assert.Single(world.Log.Lines, line => line.Level == LogLevel.Error);
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task Crashes_EndTheirStepsSequences_AndTheEngineGoesOn()
    {
        var crashes = 1;
        await using var world = new EngineWorld(
            fault: batch => batch.Steps.Count > 0 && crashes-- > 0 ? new InvalidOperationException("secret detail") : null);
        using var lost = world.Start(5, 20);

        var fault = await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(lost));
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);

        using var next = world.Start(5, 20);
        Assert.Equal(Solo(5, 20), await EngineWorld.ReadAll(next));
        Assert.Single(world.Log.Lines, line => line.Level == LogLevel.Error);
        Assert.Contains("vllm:request_success_total{model_name=\"test\",engine=\"0\",finished_reason=\"error\"} 1.0", world.Scrape(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_ThatMakeNoSense_FailTheStepAndNotTheLoop()
    {
        await using var world = new EngineWorld();
        world.Runner.Garble = true;
        using var lost = world.Start(5, 20);
        await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(lost));

        world.Runner.Garble = false;
        using var next = world.Start(5, 20);

        Assert.Equal(Solo(5, 20), await EngineWorld.ReadAll(next));
    }

    [Fact]
    public async Task Crashes_InARow_MakeTheEngineFaulted_AndAGoodStepMakesItReady()
    {
        var broken = true;
        await using var world = new EngineWorld(
            new EngineOptions { FaultedAfterFailures = 3 }, fault: batch => broken && batch.Steps.Count > 0 ? new InvalidOperationException() : null);
        for (var i = 0; i < 3; i++)
        {
            using var lost = world.Start(5, 20, salt: i);
            await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(lost));
        }

        await EngineWorld.Eventually(() => world.Engine.State == EngineState.Faulted);
        broken = false;
        using var good = world.Start(5, 20);
        await EngineWorld.ReadAll(good);
        Assert.Equal(EngineState.Ready, world.Engine.State);
    }

    [Fact]
    public async Task Idle_TakesNoSteps()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(5, 3);
        await EngineWorld.ReadAll(stream);
        await EngineWorld.Eventually(() => world.Runner.Steps == 4);    // three tokens, and the memory's release

        await Task.Delay(30);

        Assert.Equal(4, world.Runner.Steps);
    }

    [Fact]
    public async Task Timings_TellWhereTheTimeWent()
    {
        EngineWorld? world = null;
        await using var owned = world = new EngineWorld(
            new EngineOptions { TokenBudget = 10 },
            fault: _ =>
            {
                world!.Time.Advance(TimeSpan.FromSeconds(1));
                return null;
            },
            held: true);
        using var reservation = world.Reserve(1, 20);
        world.Time.Advance(TimeSpan.FromSeconds(2));    // tokenizing
        using var stream = world.Submit(reservation, 20, 1);
        Assert.Null(stream.Timings.Prefill);
        world.Runner.AllowAll();

        await EngineWorld.ReadAll(stream);

        Assert.Equal(
            new SequenceTimings(TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), stream.Timings);
    }

    internal static List<int> Solo(int promptTokens, int completionTokens, int salt = 0)
        => ShadowModel.Solo(World.Prompt(promptTokens, salt), completionTokens, EngineWorld.Vocabulary);

    private static Func<StepBatch, Exception?> Breaks(long sequenceId, int after) => batch =>
    {
        var broken = batch.Steps.Select(step => step.Sequence).FirstOrDefault(s => s.Id == sequenceId && s.CompletionLength == after);
        return broken is null ? null : new SequenceFaultException(broken, "broken");
    };
}
