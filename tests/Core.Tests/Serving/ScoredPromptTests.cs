using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Prompts whose tokens are told with their log-probabilities.</summary>
public class ScoredPromptTests
{
    private static readonly SamplingParameters s_parameters = new() { MaxTokens = 3, ScoresPrompt = true };

    [Theory]
    [InlineData(1, 512)]
    [InlineData(2, 512)]
    [InlineData(25, 4)]
    [InlineData(25, 1)]
    [InlineData(200, 512)]
    public void Update_OfAPromptInChunks_TellsEveryTokenBehindTheFirst(int promptTokens, int budget)
    {
        var world = new World(options: new EngineOptions { TokenBudget = budget });
        var sequence = world.Add(World.Prompt(promptTokens), s_parameters);

        world.RunToEnd();

        Assert.Equal(ShadowModel.Scores(World.Prompt(promptTokens)), Scores(sequence));
        Assert.Equal(ShadowModel.Solo(World.Prompt(promptTokens), 3, 1_000), World.Completion(sequence));
    }

    [Fact]
    public void Schedule_OfLongPrompts_WantsABoundedNumberOfRowsAndLetsOthersPass()
    {
        var world = new World(blocks: 400, context: 512);
        Sequence[] scored = [world.Add(World.Prompt(200), s_parameters), world.Add(World.Prompt(150, salt: 1), s_parameters)];
        var plain = world.Add(90, maxTokens: 1, salt: 2);

        var first = world.Step()!;

        Assert.Equal([(scored[0], 64), (plain, 90)], first.Steps.Select(step => (step.Sequence, step.Count)));
        while (world.Step() is { } batch)
        {
            Assert.InRange(batch.Steps.Sum(step => step.Scored), 0, ModelLimits.MostScored);
        }

        Assert.Equal(ShadowModel.Scores(World.Prompt(200)), Scores(scored[0]));
        Assert.Equal(ShadowModel.Scores(World.Prompt(150, salt: 1)), Scores(scored[1]));
    }

    [Fact]
    public void Schedule_OfAPromptSeenBefore_ComputesItWhole_AndItsBlocksServeOthers()
    {
        var world = new World(blockSize: 4);
        world.Add(24, maxTokens: 1);
        world.RunToEnd();
        var sequence = world.Add(World.Prompt(24), s_parameters);
        world.RunToEnd();
        var next = world.Add(World.Prompt(24), s_parameters with { ScoresPrompt = false });
        world.RunToEnd();

        Assert.Equal((0, 20), (sequence.CachedTokens, next.CachedTokens));
        Assert.Equal(ShadowModel.Scores(World.Prompt(24)), Scores(sequence));
    }

    [Fact]
    public void Schedule_AfterAPreemption_TellsNothingTwice()
    {
        var world = new World(blocks: 11, blockSize: 4);
        var older = world.Add(8, maxTokens: 20, salt: 1);
        var sequence = world.Add(World.Prompt(24), s_parameters with { MaxTokens = 12 });

        world.RunToEnd();

        Assert.InRange(world.Scheduler.Preemptions, 1, int.MaxValue);
        Assert.Equal(ShadowModel.Scores(World.Prompt(24)), Scores(sequence));
        Assert.Equal(ShadowModel.Solo(World.Prompt(24), 12, 1_000), World.Completion(sequence));
        Assert.Equal(20, older.CompletionLength);
    }

    [Fact]
    public void Update_WithoutTheScores_RefusesTheResult()
    {
        var world = new World(options: new EngineOptions { TokenBudget = 4 });
        var sequence = world.Add(World.Prompt(9), s_parameters);
        var batch = world.Scheduler.Schedule()!;

        Assert.Equal(4, batch.Steps[0].Scored);
        Assert.Throws<InvalidOperationException>(() => world.Scheduler.Update([new StepResult(sequence, default)]));
    }

    [Fact]
    public async Task Stream_KnowsTheScoresWithTheFirstToken()
    {
        await using var world = new EngineWorld();
        using var reservation = world.Reserve(2, 30);
        using var first = world.Engine.Submit(reservation, World.Prompt(30), s_parameters, CancellationToken.None);
        using var second = world.Engine.Submit(reservation, World.Prompt(30), s_parameters with { Choice = 1 }, CancellationToken.None);
        reservation.HandOver();

        await first.ReadAsync();
        await second.ReadAsync();

        Assert.All([first, second], stream => Assert.Equal(ShadowModel.Scores(World.Prompt(30)), stream.PromptLogprobs.Select(logprobs => logprobs.Logprob)));
        Assert.Equal((0, 0), (first.CachedTokens, second.CachedTokens));
    }

    private static IEnumerable<float> Scores(Sequence sequence) => sequence.PromptLogprobs.Select(logprobs => logprobs.Logprob);
}
