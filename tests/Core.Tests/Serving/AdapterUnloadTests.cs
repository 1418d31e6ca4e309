using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>An adapter's memory goes back when no sequence names it any more, and its cached blocks serve nobody else.</summary>
public class AdapterUnloadTests
{
    [Fact]
    public async Task UnloadAdapter_ThatNobodyNames_IsUnloadedAtOnce()
    {
        await using var world = new EngineWorld();

        await world.Engine.UnloadAdapterAsync(3).WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Equal([3], world.Runner.Unloaded);
    }

    [Fact]
    public async Task UnloadAdapter_WhileSequencesNameIt_WaitsForTheLast()
    {
        await using var world = new EngineWorld(held: true);
        var (running, other) = (Start(world, 20, 1), Start(world, 60, 2));
        world.Runner.Allow(10);
        var unloaded = world.Engine.UnloadAdapterAsync(1);
        await EngineWorld.Eventually(() => world.Runner.Steps == 10);
        Assert.False(unloaded.IsCompleted);

        world.Runner.AllowAll();
        await EngineWorld.ReadAll(running);
        await unloaded.WaitAsync(TimeSpan.FromSeconds(120));

        Assert.Equal([1], world.Runner.Unloaded);
        await EngineWorld.ReadAll(other);
    }

    [Fact]
    public async Task UnloadAdapter_WhenItsSequenceIsAborted_IsUnloaded()
    {
        await using var world = new EngineWorld(held: true);
        using var stream = Start(world, 1_000, 1);
        world.Runner.Allow(3);
        await EngineWorld.Eventually(() => world.Runner.Steps == 3);
        var unloaded = world.Engine.UnloadAdapterAsync(1);

        stream.Abort();
        world.Runner.AllowAll();

        await unloaded.WaitAsync(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task UnloadAdapter_WhenTheEngineEnds_EndsToo()
    {
        var world = new EngineWorld(held: true);
        using var stream = Start(world, 1_000, 1);
        var before = world.Engine.UnloadAdapterAsync(1);

        await world.DisposeAsync();

        await before.WaitAsync(TimeSpan.FromSeconds(120));
        await world.Engine.UnloadAdapterAsync(2).WaitAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>The same tokens under another number, as of a later adapter of the same name, find nothing.</summary>
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    [InlineData(0, 0, true)]
    public async Task Submit_OfAPromptThatWasComputed_SharesItWithinItsAdapterAlone(int first, int second, bool shares)
    {
        await using var world = new EngineWorld();
        await EngineWorld.ReadAll(Start(world, 4, first));

        using var stream = Start(world, 4, second);
        await EngineWorld.ReadAll(stream);

        Assert.Equal(shares, stream.CachedTokens > 0);
    }

    [Fact]
    public async Task Submit_OfChoices_WaitForAPromptOfTheSameAdapterOnly()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(2, 24);

        var streams = ((int[])[1, 2]).Select(adapter => world.Engine.Submit(reservation, Request(4, adapter), CancellationToken.None)).ToList();

        Assert.All(streams, stream => Assert.Null(stream.Sequence.PromptSource));
        Assert.Equal([1, 2], streams.Select(stream => stream.Sequence.Adapter));
    }

    private static TokenStream Start(EngineWorld world, int maxTokens, int adapter)
    {
        using var reservation = world.Reserve(1, 24);
        var stream = world.Engine.Submit(reservation, Request(maxTokens, adapter), CancellationToken.None);
        reservation.HandOver();
        return stream;
    }

    private static SequenceRequest Request(int maxTokens, int adapter) =>
        new(World.Prompt(24, 0)) { Parameters = new() { MaxTokens = maxTokens }, Adapter = adapter };
}
