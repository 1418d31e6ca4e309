using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class EmbeddingTests
{
    [Theory]
    [InlineData(SequenceWork.EmbedLast, 1)]
    [InlineData(SequenceWork.EmbedLast, 25)]
    [InlineData(SequenceWork.EmbedMean, 1)]
    [InlineData(SequenceWork.EmbedMean, 25)]
    public void Update_OfAPromptInChunks_FinishesWithItsVector(SequenceWork work, int promptTokens)
    {
        var world = new World(options: new EngineOptions { TokenBudget = 4 });
        var sequence = Embed(world, promptTokens, work);

        world.RunToEnd();

        Assert.Equal(ShadowModel.Vector(World.Prompt(promptTokens), work), sequence.Finish!.Vector!.Value.ToArray());
        Assert.Equal((SequenceFinishReason.Stop, false, promptTokens, 0),
            (sequence.Finish.Reason, sequence.Finish.EndsWithEos, sequence.Finish.PromptTokens, sequence.Finish.CompletionTokens));
        Assert.Equal((0, 0), (sequence.CompletionLength, world.Scheduler.Blocks.SlotBlocks));
    }

    [Theory]
    [InlineData(SequenceWork.EmbedLast, 20)]
    [InlineData(SequenceWork.EmbedMean, 0)]
    public void Schedule_OfAPromptSeenBefore_TakesFromTheCacheWhatTheVectorDoesNotNeed(SequenceWork work, int cached)
    {
        var world = new World(blockSize: 4);
        world.Add(24, maxTokens: 1);
        world.RunToEnd();
        var sequence = Embed(world, 24, work);

        world.RunToEnd();

        Assert.Equal(cached, sequence.CachedTokens);
        Assert.Equal(ShadowModel.Vector(World.Prompt(24), work), sequence.Finish!.Vector!.Value.ToArray());
    }

    [Fact]
    public void Add_OfAPromptThatFillsTheContext_IsEmbedded()
    {
        var world = new World(context: 16);
        var sequence = Embed(world, 16, SequenceWork.EmbedLast);

        world.RunToEnd();

        Assert.NotNull(sequence.Finish!.Vector);
        var fault = Assert.Throws<EngineFaultException>(() => Embed(world, 17, SequenceWork.EmbedLast));
        Assert.Equal("The input has 17 tokens, but it may have 16.", fault.Message);
    }

    [Fact]
    public async Task EmbedAsync_BesideRunningStreams_ReturnsTheVectorAndCountsIt()
    {
        await using var world = new EngineWorld();
        using var stream = world.Start(5, 200, salt: 1);
        using var reservation = world.Reserve(1, 30);

        var finish = await world.Engine.EmbedAsync(
            reservation, new SequenceRequest(World.Prompt(30)) { Work = SequenceWork.EmbedMean }, CancellationToken.None);

        Assert.Equal(ShadowModel.Vector(World.Prompt(30), SequenceWork.EmbedMean), finish.Vector!.Value.ToArray());
        Assert.Equal(InferenceEngineTests.Solo(5, 200, salt: 1), await EngineWorld.ReadAll(stream));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
        Assert.Contains("vllm:request_success_total{model_name=\"test\",engine=\"0\",finished_reason=\"stop\"} 1.0", world.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EmbedAsync_Cancelled_LeavesNothing()
    {
        await using var world = new EngineWorld(held: true);
        using var reservation = world.Reserve(1, 30);
        using var cancellation = new CancellationTokenSource();
        var embedding = world.Engine.EmbedAsync(
            reservation, new SequenceRequest(World.Prompt(30)) { Work = SequenceWork.EmbedLast }, cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedding);
        world.Runner.AllowAll();
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
    }

    [Fact]
    public async Task EmbedAsync_OfARequestToGenerate_IsRefused()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(1, 3);

        await Assert.ThrowsAsync<ArgumentException>(() => world.Engine.EmbedAsync(reservation, new SequenceRequest([1]), CancellationToken.None));
    }

    private static Sequence Embed(World world, int promptTokens, SequenceWork work)
        => world.Add(new SequenceRequest(World.Prompt(promptTokens)) { Work = work });
}
