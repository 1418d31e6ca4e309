using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class AbortTests
{
    [Fact]
    public async Task Abort_InTheQueue_FreesThePlaceAtOnce()
    {
        await using var world = new EngineWorld(new EngineOptions { MaxSequences = 1 }, held: true);
        using var running = world.Start(5, 10);
        using var waiting = world.Start(5, 10, salt: 1);
        await EngineWorld.Eventually(() => world.Engine.Running == 1);

        waiting.Abort();    // the model is in the middle of a step

        Assert.Equal((1, 0), (world.Engine.Running, world.Engine.Waiting));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting.ReadAsync());
        world.Runner.AllowAll();
        Assert.Equal(InferenceEngineTests.Solo(5, 10), await EngineWorld.ReadAll(running));
        AssertAborts(world, "queue", "client");
    }

    [Fact]
    public async Task Abort_InPrefill_FreesTheMemoryAtTheNextChunk()
    {
        await using var world = new EngineWorld(new EngineOptions { TokenBudget = 10 }, held: true);
        using var stream = world.Start(100, 10);
        world.Runner.Allow(2);
        await EngineWorld.Eventually(() => world.Runner.Steps == 2);

        stream.Abort(AbortCause.Deadline);
        world.Runner.Allow(2);    // the chunk that runs already, and the release

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
        Assert.InRange(world.Runner.Steps, 2, 4);
        AssertAborts(world, "prefill", "deadline");
    }

    [Fact]
    public async Task Abort_InDecode_EndsTheReadAndFreesTheMemory()
    {
        await using var world = new EngineWorld(held: true);
        using var stream = world.Start(5, 1_000);
        world.Runner.Allow(3);
        await EngineWorld.Eventually(() => stream.Sequence.CompletionLength == 3);
        await stream.ReadAsync();
        var read = stream.ReadAsync().AsTask();

        stream.Abort(AbortCause.WriteTimeout);
        stream.Abort();
        stream.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(120)));
        world.Runner.AllowAll();
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
        AssertAborts(world, "decode", "write_timeout");
    }

    [Fact]
    public async Task Cancellation_OfTheSubmittedToken_AbortsTheSequence()
    {
        await using var world = new EngineWorld();
        using var source = new CancellationTokenSource();
        using var stream = world.Start(5, 1_900, cancellationToken: source.Token);
        await stream.ReadAsync();

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EngineWorld.ReadAll(stream));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task Submit_WithACancelledToken_NeverRuns()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(5, 1_900, cancellationToken: new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadAsync());

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task Stop_CountsAsAStopAndNotAsAnAbort()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(5, 1_900);
        await stream.ReadAsync();

        stream.Stop();

        await EngineWorld.Eventually(() => world.Engine.Running == 0);
        await EngineWorld.Eventually(() => world.Scrape().Contains("finished_reason=\"stop\"} 1.0", StringComparison.Ordinal));
        Assert.DoesNotMatch("rill:stream_abort_total\\{[^}]*\\} [1-9]", world.Scrape());
    }

    [Fact]
    public async Task Dispose_AfterTheFinish_ChangesNothing()
    {
        await using var world = new EngineWorld();
        var stream = world.Start(5, 10);
        await EngineWorld.ReadAll(stream);

        stream.Dispose();

        Assert.Contains("finished_reason=\"abort\"} 0.0", world.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwentyAbortsAmongForty_LeaveTheOthersTextsUnchanged()
    {
        await using var world = new EngineWorld(new EngineOptions { TokenBudget = 64 }, blocks: 300, held: true);
        var streams = Enumerable.Range(0, 40).Select(i => world.Start(10 + i, 60, salt: i)).ToList();
        world.Runner.Allow(30);
        await EngineWorld.Eventually(() => world.Runner.Steps == 30);
        Parallel.ForEach(streams.Where((_, i) => i % 2 == 0), stream => stream.Abort());
        world.Runner.AllowAll();

        for (var i = 1; i < 40; i += 2)
        {
            Assert.Equal(InferenceEngineTests.Solo(10 + i, 60, salt: i), await EngineWorld.ReadAll(streams[i]));
        }

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
        Assert.Contains("finished_reason=\"abort\"} 20.0", world.Scrape(), StringComparison.Ordinal);
    }

    private static void AssertAborts(EngineWorld world, string phase, string cause) => Assert.Contains(
        $"rill:stream_abort_total{{model_name=\"test\",engine=\"0\",phase=\"{phase}\",cause=\"{cause}\"}} 1.0", world.Scrape(),
        StringComparison.Ordinal);
}
