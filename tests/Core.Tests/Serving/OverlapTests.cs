using Microsoft.Extensions.Time.Testing;
using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Steps that are launched before the results of the step before are read give everybody what a plain run gives.</summary>
public class OverlapTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Engine_ManySequences_DeliversTheTokensOfAPlainRun(bool overlaps)
    {
        await using var world = new EngineWorld(new EngineOptions { TokenBudget = 40, MaxSequences = 6 }, blocks: 60, overlaps: overlaps);
        var streams = Enumerable.Range(0, 30).Select(i => world.Start(3 + (i * 2), 1 + (i * 3 % 40), salt: i)).ToList();

        foreach (var (i, stream) in streams.Index())
        {
            Assert.Equal(InferenceEngineTests.Solo(3 + (i * 2), 1 + (i * 3 % 40), salt: i), await EngineWorld.ReadAll(stream));
        }

        await EngineWorld.Eventually(() => world.Engine is { Running: 0, Waiting: 0, KvUsage: 0 });
        Assert.Equal(overlaps, world.Runner.Ahead > 100);
    }

    [Fact]
    public async Task Engine_UpToTheTokenLimit_LaunchesNoStepBeyondIt()
    {
        await using var world = new EngineWorld(overlaps: true);
        using var stream = world.Start(5, 3);
        await EngineWorld.ReadAll(stream);

        await EngineWorld.Eventually(() => world.Runner.Steps == 4);    // three tokens, and the memory's release
        await Task.Delay(30);

        Assert.Equal((4, 2), (world.Runner.Steps, world.Runner.Ahead));
    }

    [Fact]
    public async Task Engine_AtAnEndToken_CountsAndDeliversNothingBehindIt()
    {
        var expected = InferenceEngineTests.Solo(5, 9);
        await using var world = new EngineWorld(overlaps: true);
        using var reservation = world.Reserve(1, 5);
        using var stream = world.Engine.Submit(
            reservation, World.Prompt(5), new SamplingParameters { MaxTokens = 100, EosTokenIds = [expected[^1]] }, CancellationToken.None);

        var batch = await ReadFinish(stream);

        Assert.Equal(expected, batch.Tokens);
        Assert.Equal((9, true), (batch.Finish.CompletionTokens, batch.Finish.EndsWithEos));
        await EngineWorld.Eventually(() => world.Engine is { Running: 0, KvUsage: 0 });
        await EngineWorld.Eventually(() => world.Runner.Steps == 11);    // nine tokens, the one behind them, the release
        Assert.Contains("vllm:generation_tokens_total{model_name=\"test\",engine=\"0\"} 9.0", world.Scrape(), StringComparison.Ordinal);
    }

    /// <summary>A sequence whose next token needs its last one makes all steps wait, rather than get a token in every second step.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Advance_BesideASequenceThatNeedsItsTokens_GivesEachATokenInEachStep(bool overlaps)
    {
        var world = new World(overlaps: overlaps);
        var plain = Enumerable.Range(0, 3).Select(salt => world.Add(6, maxTokens: 20, salt)).ToList();
        var penalized = world.Add(World.Prompt(6, salt: 3), new SamplingParameters { MaxTokens = 10, FrequencyPenalty = 1 });
        var pipeline = world.Pipeline();

        while (pipeline.Advance())
        {
            Assert.True(penalized.HasEnded || plain.TrueForAll(sequence => sequence.CompletionLength == penalized.CompletionLength));
        }

        Assert.Equal(21, world.Runner.Steps);    // twenty tokens each, and the release
        Assert.Equal(overlaps ? 27 : 0, world.Runner.Ahead);    // of three sequences, those behind the eleventh token
        Assert.All(plain.Append(penalized).Index(), pair =>
            Assert.Equal(ShadowModel.Solo(World.Prompt(6, pair.Index), pair.Item.CompletionLength, 1_000), World.Completion(pair.Item)));
    }

    [Fact]
    public async Task Engine_WithAReaderThatLags_PausesAtTheSameToken()
    {
        await using var world = new EngineWorld(
            new EngineOptions { SlowReader = SlowReaderPolicy.Pause, PauseAfterTokens = 8 }, overlaps: true);
        using var slow = world.Start(5, 50);
        using var quick = world.Start(5, 50, salt: 1);

        Assert.Equal(InferenceEngineTests.Solo(5, 50, salt: 1), await EngineWorld.ReadAll(quick));
        await EngineWorld.Eventually(() => slow.Sequence.CompletionLength == 8);
        await Task.Delay(20);
        Assert.Equal((8, 0), (slow.Sequence.CompletionLength, slow.Sequence.AwaitedTokens));

        Assert.Equal(InferenceEngineTests.Solo(5, 50), await EngineWorld.ReadAll(slow));
    }

    [Fact]
    public void Schedule_WhenMemoryIsShortWhileAStepRuns_WaitsForItAndPreemptsNobody()
    {
        var world = new World(blocks: 4, blockSize: 4, overlaps: true, options: new EngineOptions { PrefixCache = false });
        var first = world.Add(6, maxTokens: 3);     // two blocks, and never more
        var second = world.Add(8, maxTokens: 3, salt: 1);    // two blocks, a third one for its first token
        var pipeline = world.Pipeline();
        while (pipeline.Advance())
        {
            // to the end
        }

        Assert.Equal((3, 3, 1), (first.CompletionLength, second.CompletionLength, world.Scheduler.Preemptions));
        Assert.Equal(ShadowModel.Solo(World.Prompt(8, 1), 3, 1_000), World.Completion(second));
    }

    /// <summary>A block that ends with a token which nobody had read is saved a step later, and not lost at the end.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void PrefixCache_AfterACompletion_HoldsWhatAPlainRunKeeps(int maxTokens)
    {
        Assert.Equal(CachedInNextTurn(overlaps: false), CachedInNextTurn(overlaps: true));

        int CachedInNextTurn(bool overlaps)
        {
            var world = new World(overlaps: overlaps);
            var turn = world.Add(6, maxTokens);
            Finish(world);
            var next = world.Add([.. turn.Tokens, 900, 901, 902, 903], new SamplingParameters { MaxTokens = 1 });
            Finish(world);
            return next.CachedTokens;
        }

        static void Finish(World world)
        {
            var pipeline = world.Pipeline();
            while (pipeline.Advance())
            {
                // to the end
            }
        }
    }

    [Fact]
    public void Collected_OfStepsThatOverlap_TellsDurationsThatAddUpToTheTime()
    {
        var time = new FakeTimeProvider();
        var world = new World(overlaps: true, fault: _ =>
        {
            time.Advance(TimeSpan.FromSeconds(1));    // a launch takes a second
            return null;
        });
        world.Add(5, maxTokens: 10);
        var observer = new RecordingObserver();
        var pipeline = new StepPipeline(world.Runner, world.Scheduler, observer, time);
        var started = time.GetTimestamp();
        while (pipeline.Advance())
        {
            // to the end
        }

        Assert.Equal(time.GetElapsedTime(started), observer.Elapsed);
    }

    private static async Task<(List<int> Tokens, SequenceFinish Finish)> ReadFinish(TokenStream stream)
    {
        var tokens = new List<int>();
        while (true)
        {
            var batch = await stream.ReadAsync();
            tokens.AddRange(batch.TokenIds.Span);
            if (batch.Finish is { } finish)
            {
                return (tokens, finish);
            }
        }
    }
}
