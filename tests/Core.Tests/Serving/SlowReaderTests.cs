using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class SlowReaderTests
{
    private static readonly EngineOptions _pause = new() { SlowReader = SlowReaderPolicy.Pause, PauseAfterTokens = 8 };

    [Fact]
    public async Task Pause_WithAReaderThatLags_StopsThatSequenceOnly()
    {
        await using var world = new EngineWorld(_pause);
        using var slow = world.Start(5, 50);
        using var quick = world.Start(5, 50, salt: 1);

        Assert.Equal(InferenceEngineTests.Solo(5, 50, salt: 1), await EngineWorld.ReadAll(quick));
        await EngineWorld.Eventually(() => slow.Sequence.CompletionLength == 8);
        await Task.Delay(20);
        Assert.Equal(8, slow.Sequence.CompletionLength);
        Assert.Contains("rill:stream_stalled_total{model_name=\"test\",engine=\"0\"} ", world.Scrape(), StringComparison.Ordinal);

        Assert.Equal(InferenceEngineTests.Solo(5, 50), await EngineWorld.ReadAll(slow));
    }

    [Fact]
    public async Task Pause_OfAPausedSequenceThatIsAborted_FreesItsMemory()
    {
        await using var world = new EngineWorld(_pause);
        using var slow = world.Start(5, 50);
        await EngineWorld.Eventually(() => slow.Sequence.CompletionLength == 8);

        slow.Abort();

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task Pause_WhenMemoryIsShort_GivesThePausedSequencesMemoryToTheOthers()
    {
        await using var world = new EngineWorld(_pause, blocks: 12);
        using var quick = world.Start(5, 40);
        using var slow = world.Start(5, 40, salt: 1);

        Assert.Equal(InferenceEngineTests.Solo(5, 40), await EngineWorld.ReadAll(quick));
        Assert.Equal(InferenceEngineTests.Solo(5, 40, salt: 1), await EngineWorld.ReadAll(slow));
    }
}
