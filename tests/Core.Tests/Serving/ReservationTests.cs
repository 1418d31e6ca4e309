using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Places in the queue that a request takes before its prompts are known, and gives back.</summary>
public class ReservationTests
{
    [Fact]
    public async Task Reservation_CountsItsPlacesUntilItIsDisposed()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxSequences = 1, MaxQueuedRequests = 3 });
        var reservation = world.Reserve(3, 10);
        Assert.Equal(3, world.Engine.Waiting);

        Assert.False(world.Engine.TryReserve(2, 1, out _, out var rejection));
        Assert.Equal(RejectionReason.QueueFull, rejection.Reason);
        reservation.Dispose();
        reservation.Dispose();

        Assert.Equal(0, world.Engine.Waiting);
        Assert.Throws<InvalidOperationException>(() => world.Submit(reservation, 3, 1));
        world.Reserve(4, 10).Dispose();
    }

    [Fact]
    public async Task Reservation_DisposedAfterAFailure_EndsWhatWasSubmitted()
    {
        await using var world = new EngineWorld();
        var reservation = world.Reserve(3, 10);
        var first = world.Submit(reservation, 10, 1_900);
        await EngineWorld.Eventually(() => first.Sequence.CompletionLength > 0);
        var second = world.Submit(reservation, 10, 1_900);

        reservation.Dispose();    // what comes before HandOver may throw

        await Assert.ThrowsAsync<OperationCanceledException>(() => EngineWorld.ReadAll(first));
        await Assert.ThrowsAsync<OperationCanceledException>(() => EngineWorld.ReadAll(second));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
        Assert.InRange(first.Sequence.CompletionLength, 1, 1_899);
    }

    [Fact]
    public async Task Reservation_HandedOver_LetsWhatWasSubmittedGoOn()
    {
        await using var world = new EngineWorld();
        var reservation = world.Reserve(2, 5);
        using var stream = world.Submit(reservation, 5, 30);

        reservation.HandOver();
        reservation.Dispose();

        Assert.Equal(InferenceEngineTests.Solo(5, 30), await EngineWorld.ReadAll(stream));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task TryReserve_WithAnEstimateBeyondTheContext_CountsTheContext()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxQueuedTokens = 8_000 });    // the context has 2,000
        using var greedy = world.Reserve(1, 1_000_000);

        using var first = world.Reserve(1, 3_000);
        using var second = world.Reserve(1, 2_000);
        using var third = world.Reserve(1, 2_000);
        Assert.False(world.Engine.TryReserve(1, 1_000, out _, out _));
    }

    [Fact]
    public async Task Reservation_Corrected_FreesWhatWasEstimatedTooHigh()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxQueuedTokens = 100 });
        using var other = world.Reserve(1, 40);
        using var reservation = world.Reserve(1, 50);
        Assert.False(world.Engine.TryReserve(1, 40, out _, out _));

        reservation.Correct(20);

        world.Reserve(1, 40).Dispose();
    }

    [Fact]
    public async Task TryReserve_WhenFull_TellsWhenToComeBackFromTheMeasuredRate()
    {
        EngineWorld? world = null;
        await using var owned = world = new EngineWorld(
            new EngineOptions { MaxSequences = 1, MaxQueuedRequests = 1 },
            fault: _ =>
            {
                world!.Time.Advance(TimeSpan.FromSeconds(0.1));    // ten steps a second
                return null;
            },
            held: true);
        using var running = world.Start(promptTokens: 4, maxTokens: 1_000);
        using var waiting = world.Start(promptTokens: 36, maxTokens: 1_000, salt: 1);
        world.Runner.Allow(37);
        await EngineWorld.Eventually(() => world.Runner.Steps == 37);
        await EngineWorld.Eventually(() => running.Sequence.CompletionLength == 37);

        Assert.False(world.Engine.TryReserve(1, 1, out _, out var rejection));

        // (36 + 2 x 64) tokens at about 10.8 a second: 40 tokens in 3.7 s of which the older weigh a little less
        Assert.InRange(rejection.RetryAfterSeconds, 13, 17);
    }
}
