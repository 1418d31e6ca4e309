using System.Diagnostics;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>A mask that takes long is made beside the steps: its sequence sits them out, and no other is delayed.</summary>
public sealed class ConstraintReadinessTests : IDisposable
{
    private const int Vocabulary = 1_000;

    private readonly ManualResetEventSlim _gate = new();

    [Fact]
    public void Step_WhileAConstraintIsNotReady_ComputesTheOthersAlone()
    {
        var world = new World();
        var slow = Add(world, SlowAt(3));
        var other = world.Add(4, maxTokens: 40, salt: 1);
        for (var step = 0; step < 3; step++)
        {
            world.Step();
        }

        while (!other.HasEnded)
        {
            Assert.Equal([other], world.Step()!.Steps.Select(step => step.Sequence));
        }

        Assert.Equal((3, false), (slow.CompletionLength, slow.HasEnded));
        Assert.Equal(ShadowModel.Solo(World.Prompt(4, salt: 1), 40, Vocabulary), World.Completion(other));
        _gate.Set();
        RunToEnd(world, slow);
        Assert.Equal(Solo(30), World.Completion(slow));
    }

    /// <summary>The patience is of the next step as a whole. A busy machine may take more of most steps, so the quickest are looked at.</summary>
    [Fact]
    public void Step_WithManyConstraintsThatAreNotReady_WaitsAMillisecondAtMost()
    {
        var world = new World(slots: 8);
        for (var number = 0; number < 7; number++)
        {
            Add(world, SlowAt(1));
        }

        world.Add(4, maxTokens: 60, salt: 1);
        world.Step();
        world.Step();
        var waits = new List<double>();
        for (var step = 0; step < 40; step++)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Single(world.Step()!.Steps);
            waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Assert.InRange(waits.Order().ElementAt(waits.Count / 8), 0, 1);
        _gate.Set();
    }

    [Fact]
    public void Schedule_WhereNoConstraintIsReady_HasNothingToDoUntilOneIs()
    {
        var world = new World();
        var slow = Add(world, SlowAt(0));

        Assert.Null(world.Step());
        Assert.Equal(-1, slow.Slot);

        _gate.Set();
        RunToEnd(world, slow);
        Assert.Equal(Solo(30), World.Completion(slow));
    }

    [Fact]
    public async Task Engine_WithOneSequenceThatIsNotReady_GoesOnWhenItIs()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(1, 4);
        using var slow = world.Engine.Submit(reservation, Request(SlowAt(2), 30), default);
        Assert.Equal(2, await ReadSome(slow, 2));

        _gate.Set();

        Assert.Equal(Solo(30)[2..], await EngineWorld.ReadAll(slow));
    }

    [Fact]
    public async Task Engine_WhenASequenceIsAbortedThatIsNotReady_GivesEverythingBack()
    {
        await using var world = new EngineWorld();
        using var cancellation = new CancellationTokenSource();
        using var reservation = world.Reserve(1, 4);
        using var slow = world.Engine.Submit(reservation, Request(SlowAt(2), 30), cancellation.Token);
        Assert.Equal(2, await ReadSome(slow, 2));

        await cancellation.CancelAsync();

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0, State: EngineState.Ready });
    }

    [Fact]
    public void Step_ThatNeedsTheMemoryOfASequenceThatIsNotReady_PreemptsIt()
    {
        var world = new World(blocks: 12, options: new EngineOptions { PrefixCache = false });
        var other = world.Add(4, maxTokens: 40, salt: 1);
        var slow = Add(world, SlowAt(9));
        while (!other.HasEnded)
        {
            Assert.NotNull(world.Step());
        }

        Assert.Equal(-1, slow.Slot);
        Assert.Equal(9, slow.CompletionLength);
        _gate.Set();
        RunToEnd(world, slow);
        Assert.Equal(Solo(30), World.Completion(slow));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_WithAPreparationThatThrows_AsksTheConstraintItself(bool atOnce)
    {
        var world = new World();
        var fault = new InvalidOperationException("A fault of the preparation.");
        var sequence = Add(world, new RecordingConstraint(Vocabulary, prepare: _ => atOnce ? throw fault : new SlowPreparation(fault: fault)));

        RunToEnd(world, sequence);

        Assert.Equal(Solo(30), World.Completion(sequence));
    }

    [Fact]
    public void Schedule_OfDraftsBehindWhichAMaskIsMissing_DraftsThoseBeforeIt()
    {
        int[] text = [.. Enumerable.Range(0, 20).Select(index => index * 3)];
        var world = new World(takesDrafts: true);
        var sequence = Add(world, new ForcingConstraint(text, prepare: place => place == 8 && !_gate.IsSet ? new SlowPreparation(gate: _gate) : null));
        world.Step();

        // The masks of places 1 to 7 are made: 6 drafts, and the token that is sampled behind them.
        Assert.Equal(6, Assert.Single(world.Step()!.Steps).Drafts);
        Assert.Equal(text[..8], World.Completion(sequence));
        Assert.Null(world.Step());

        _gate.Set();
        RunToEnd(world, sequence);
        Assert.Equal(text, World.Completion(sequence));
        Assert.Equal(3, world.Runner.Steps);
    }

    public void Dispose() => _gate.Dispose();

    private static SequenceRequest Request(ITokenConstraint constraint, int maxTokens) =>
        new(World.Prompt(4)) { Parameters = new SamplingParameters { MaxTokens = maxTokens }, Constraint = constraint };

    private static Sequence Add(World world, ITokenConstraint constraint) => world.Add(Request(constraint, 30));

    private static List<int> Solo(int maxTokens) => ShadowModel.Solo(
        World.Prompt(4), new SamplingParameters { MaxTokens = maxTokens }, Vocabulary, int.MaxValue, new RecordingConstraint(Vocabulary));

    private static async Task<int> ReadSome(TokenStream stream, int count)
    {
        var read = 0;
        while (read < count)
        {
            read += (await stream.ReadAsync(default)).TokenIds.Length;
        }

        return read;
    }

    private static void RunToEnd(World world, Sequence sequence)
    {
        var started = Stopwatch.GetTimestamp();
        while (!sequence.HasEnded)
        {
            world.Step();
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "It never ends.");
        }
    }

    /// <summary>A constraint whose mask after so many tokens is not ready before the gate is open.</summary>
    private RecordingConstraint SlowAt(int place) =>
        new(Vocabulary, prepare: at => at == place && !_gate.IsSet ? new SlowPreparation(gate: _gate) : null);
}
