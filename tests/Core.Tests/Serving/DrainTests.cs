using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class DrainTests
{
    [Fact]
    public async Task BeginDrain_RefusesNewRequestsAndServesTheReservedOnes()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(1, 5);

        world.Engine.BeginDrain();

        Assert.Equal(EngineState.Draining, world.Engine.State);
        Assert.False(world.Engine.TryReserve(1, 1, out _, out var rejection));
        Assert.Equal(RejectionReason.Draining, rejection.Reason);
        using var stream = world.Submit(reservation, 5, 10);
        Assert.Equal(InferenceEngineTests.Solo(5, 10), await EngineWorld.ReadAll(stream));
    }

    [Fact]
    public async Task DrainAsync_WaitsForRunningAndWaitingSequences()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxSequences = 1 }, held: true);
        using var running = world.Start(5, 10);
        using var waiting = world.Start(5, 10, salt: 1);

        var drained = world.Engine.DrainAsync(TimeSpan.FromSeconds(25));
        Assert.False(drained.IsCompleted);
        world.Runner.AllowAll();
        await drained.WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Equal(InferenceEngineTests.Solo(5, 10), await EngineWorld.ReadAll(running));
        Assert.Equal(InferenceEngineTests.Solo(5, 10, salt: 1), await EngineWorld.ReadAll(waiting));
    }

    [Fact]
    public async Task DrainAsync_WhenTheTimeIsOver_EndsTheRestWithAFault()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxSequences = 1 }, held: true);
        using var running = world.Start(5, 1_900);
        using var waiting = world.Start(5, 10, salt: 1);
        using var late = world.Reserve(1, 5);
        await EngineWorld.Eventually(() => world.Engine.Running == 1);

        var drained = world.Engine.DrainAsync(TimeSpan.FromSeconds(25));
        world.Time.Advance(TimeSpan.FromSeconds(26));
        await drained.WaitAsync(TimeSpan.FromSeconds(120));

        // at once, while the model is still in the middle of a step
        foreach (var stream in new[] { running, waiting, world.Submit(late, 5, 10) })
        {
            var fault = await Assert.ThrowsAsync<EngineFaultException>(() => EngineWorld.ReadAll(stream));
            Assert.Equal(EngineFaultKind.ShuttingDown, fault.Kind);
        }
    }

    [Fact]
    public async Task DisposeAsync_EndsSequencesAndTheRunner()
    {
        var world = new EngineWorld();
        var stream = world.Start(5, 1_900);

        await world.DisposeAsync();

        Assert.True(world.Runner.IsDisposed);
        Assert.Equal(EngineState.Stopped, world.Engine.State);
        Assert.Equal((0, 0), (world.Engine.Running, world.Engine.Waiting));
        try
        {
            await EngineWorld.ReadAll(stream);    // it may have been quick
        }
        catch (EngineFaultException fault)
        {
            Assert.Equal(EngineFaultKind.ShuttingDown, fault.Kind);
        }
    }
}
