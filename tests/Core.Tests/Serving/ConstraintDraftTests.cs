using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>What a constraint leaves no choice about is drafted, where the runner takes drafts.</summary>
public class ConstraintDraftTests
{
    private static readonly int[] s_text = [.. Enumerable.Range(0, 40).Select(index => index * 3)];

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 40)]
    public void Run_OfForcedTokens_TakesAStepForEachOnlyWhereTheRunnerTakesNoDrafts(bool takesDrafts, int steps)
    {
        var world = new World(takesDrafts: takesDrafts);
        var sequence = Add(world, new ForcingConstraint(s_text));

        world.RunToEnd();

        Assert.Equal(s_text, World.Completion(sequence));
        Assert.Equal(SequenceFinishReason.Stop, sequence.Finish!.Reason);
        Assert.Equal(steps, world.Runner.Steps - 1);    // the last one gives memory back
    }

    [Fact]
    public void Schedule_WhereTheBudgetIsUsedUp_DraftsNothing()
    {
        var world = new World(options: new EngineOptions { TokenBudget = 3 }, takesDrafts: true);
        var sequences = Enumerable.Range(0, 3).Select(_ => Add(world, new ForcingConstraint(s_text), prompt: 1)).ToList();
        world.Step();

        var batch = world.Step()!;

        Assert.Equal([0, 0, 0], batch.Steps.Select(step => step.Drafts));
        world.RunToEnd();
        Assert.All(sequences, sequence => Assert.Equal(s_text, World.Completion(sequence)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Run_ToATokenLimitWithinForcedTokens_EndsThere(int maxTokens)
    {
        var world = new World(takesDrafts: true);
        var sequence = Add(world, new ForcingConstraint(s_text), new SamplingParameters { MaxTokens = maxTokens });

        world.RunToEnd();

        Assert.Equal(s_text[..maxTokens], World.Completion(sequence));
        Assert.Equal(new SequenceFinish(SequenceFinishReason.Length, null, 4, 0, maxTokens), sequence.Finish);
    }

    [Fact]
    public void Run_ToAStopTokenWithinForcedTokens_EndsThere()
    {
        var world = new World(takesDrafts: true);
        var sequence = Add(world, new ForcingConstraint(s_text), new SamplingParameters { StopTokenIds = [s_text[5]] });

        world.RunToEnd();

        Assert.Equal(s_text[..6], World.Completion(sequence));
        Assert.Equal(s_text[5], sequence.Finish!.StopTokenId);
    }

    [Fact]
    public void Run_WithAConstraintWhoseDraftsThrow_GoesOnWithoutThem()
    {
        var world = new World(takesDrafts: true);
        var sequence = Add(world, new ForcingConstraint(s_text, isBroken: true));

        world.RunToEnd();

        Assert.Equal(s_text, World.Completion(sequence));
    }

    [Fact]
    public async Task Engine_WithForcedTokens_CountsTheStepsThatWereSaved()
    {
        await using var world = new EngineWorld(takesDrafts: true);
        using var reservation = world.Reserve(1, 5);
        using var stream = Submit(world, reservation, default);

        Assert.Equal(s_text, await EngineWorld.ReadAll(stream));

        await EngineWorld.Eventually(() => world.Scrape().Contains("vllm:spec_decode_num_accepted_tokens_total{model_name=\"test\",engine=\"0\"} 38.0", StringComparison.Ordinal));
        Assert.Contains("vllm:spec_decode_num_draft_tokens_total{model_name=\"test\",engine=\"0\"} 39.0", world.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Engine_WhenAbortedInAStepOfForcedTokens_GivesEverythingBack()
    {
        await using var world = new EngineWorld(held: true, takesDrafts: true);
        using var cancellation = new CancellationTokenSource();
        using var reservation = world.Reserve(1, 5);
        using var stream = Submit(world, reservation, cancellation.Token);
        reservation.HandOver();
        world.Runner.Allow(1);
        Assert.Equal([s_text[0]], (await stream.ReadAsync(default)).TokenIds.ToArray());

        await cancellation.CancelAsync();    // the next step has begun, with drafts
        world.Runner.AllowAll();

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0, State: EngineState.Ready });
        using var other = world.Start(5, 20, salt: 1);
        Assert.Equal(InferenceEngineTests.Solo(5, 20, salt: 1), await EngineWorld.ReadAll(other));
    }

    private static Sequence Add(World world, ITokenConstraint constraint, SamplingParameters? parameters = null, int prompt = 4)
        => world.Add(new SequenceRequest(World.Prompt(prompt)) { Parameters = parameters ?? new SamplingParameters(), Constraint = constraint });

    private static TokenStream Submit(EngineWorld world, Reservation reservation, CancellationToken cancellationToken)
        => world.Engine.Submit(reservation, new SequenceRequest(World.Prompt(5)) { Constraint = new ForcingConstraint(s_text) }, cancellationToken);
}
