using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class ConstraintTests
{
    private const int Vocabulary = 1_000;

    [Fact]
    public void Update_OfAConstrainedSequence_AcceptsEachTokenOnce()
    {
        var world = new World();
        var constraint = new RecordingConstraint(Vocabulary);
        var sequence = Add(world, constraint, new SamplingParameters { MaxTokens = 30 });

        world.RunToEnd();

        Assert.Equal(World.Completion(sequence), constraint.Accepted);
        Assert.NotEqual(ShadowModel.Solo(World.Prompt(4), 30, Vocabulary), constraint.Accepted);    // it did forbid something
        Assert.Equal(0, constraint.RolledBack);
    }

    [Fact]
    public void Update_WhenTheConstraintIsComplete_FinishesWithStopAndTheLastTokenIsText()
    {
        var world = new World();
        var sequence = Add(world, new RecordingConstraint(Vocabulary, completeAfter: 5), new SamplingParameters { MaxTokens = 30 });

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Stop, null, 4, 0, 5), sequence.Finish);
        Assert.False(sequence.Finish!.EndsWithEos);
    }

    [Fact]
    public void Execute_WithRightDraftsUnderAMask_SamplesNothingAfterTheConstraintIsComplete()
    {
        var plain = new World();
        var expected = Add(plain, new RecordingConstraint(Vocabulary, completeAfter: 6), new SamplingParameters());
        plain.RunToEnd();
        var constraint = new RecordingConstraint(Vocabulary, completeAfter: 6);
        var world = new World(drafts: new Recorded(World.Completion(expected)));
        var sequence = Add(world, constraint, new SamplingParameters());

        world.RunToEnd();

        Assert.Equal(World.Completion(expected), World.Completion(sequence));
        Assert.Equal(World.Completion(sequence), constraint.Accepted);
        Assert.Equal(5 + 5, constraint.RolledBack);    // five drafts, followed before the step and verified in it
    }

    [Fact]
    public void Update_OfATokenThatTheConstraintRefuses_FaultsThatSequenceOnly()
    {
        var world = new World();
        var constraint = new RecordingConstraint(Vocabulary);
        var broken = Add(world, constraint, new SamplingParameters());
        var intact = world.Add(4, maxTokens: 3, salt: 1);
        world.Scheduler.Schedule();

        var updates = world.Scheduler.Update([new StepResult(broken, new[] { new SampledToken(3) }), new StepResult(intact, new[] { new SampledToken(3) })]);

        Assert.Equal([true, false], updates.Select(update => update.Fault is not null));
        Assert.Equal((true, false), (broken.HasEnded, intact.HasEnded));
        Assert.Equal((0, 1), (broken.CompletionLength, intact.CompletionLength));
        Assert.Empty(constraint.Accepted);
    }

    [Fact]
    public async Task Engine_WithAConstraintThatThrows_FailsItsSequenceAndServesTheOthers()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(1, 5);
        using var broken = world.Engine.Submit(
            reservation, new SequenceRequest(World.Prompt(5)) { Constraint = new Throwing() }, CancellationToken.None);
        using var intact = world.Start(5, 20, salt: 1);

        var fault = await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(broken));

        Assert.Equal("The request's constraint on tokens failed.", fault.Message);
        Assert.Equal(InferenceEngineTests.Solo(5, 20, salt: 1), await EngineWorld.ReadAll(intact));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0, State: EngineState.Ready });
    }

    private static Sequence Add(World world, ITokenConstraint constraint, SamplingParameters parameters)
        => world.Add(new SequenceRequest(World.Prompt(4)) { Parameters = parameters, Constraint = constraint });

    private sealed class Recorded(int[] completion) : IDraftSource
    {
        public int Draft(Sequence sequence, Span<int> drafts)
        {
            var rest = completion.AsSpan(sequence.CompletionLength);
            rest = rest[..Math.Min(rest.Length, drafts.Length)];
            rest.CopyTo(drafts);
            return rest.Length;
        }
    }

    private sealed class Throwing : ITokenConstraint
    {
        public bool FillMask(Span<uint> mask) => false;

        public TokenAcceptance Accept(int token) => throw new InvalidOperationException("A fault of the constraint.");

        public void RollBack(int count) => throw new InvalidOperationException("Nothing was accepted.");
    }
}
