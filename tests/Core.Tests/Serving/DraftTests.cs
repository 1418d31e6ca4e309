using Rill.Serving;

namespace Rill.Core.Tests.Serving;

public class DraftTests
{
    private const int Vocabulary = 1_000;

    [Fact]
    public void Step_WithRightDrafts_GivesThemAllAndOneMore()
    {
        var world = new World(drafts: new FixedDrafts(4));
        var sequence = world.Add(5, maxTokens: 100);
        world.Step();

        var batch = world.Step()!;

        Assert.Equal([new SequenceStep(sequence, 5, 1, Drafts: 4)], batch.Steps);
        Assert.Equal(ShadowModel.Solo(World.Prompt(5), 6, Vocabulary), World.Completion(sequence));
        Assert.Equal((11, 10), (sequence.Length, sequence.ComputedTokens));
    }

    [Fact]
    public void Step_WithAWrongDraft_KeepsWhatWasSampledThereAndDropsTheRest()
    {
        var world = new World(drafts: new FixedDrafts(4, wrongAt: 2));
        var sequence = world.Add(5, maxTokens: 100);
        world.Step();

        world.Step();

        Assert.Equal(ShadowModel.Solo(World.Prompt(5), 4, Vocabulary), World.Completion(sequence));
        Assert.Equal(8, sequence.ComputedTokens);
    }

    [Fact]
    public void Step_WithAnEndTokenAmongTheDrafts_EndsThereAndSamplesNothingAfterIt()
    {
        var end = ShadowModel.Solo(World.Prompt(5), 3, Vocabulary)[2];
        var world = new World(drafts: new FixedDrafts(6));
        var plain = world.Add(5, parameters: new SamplingParameters { EosTokenIds = [end] });

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Stop, null, 5, 0, 3) { EndsWithEos = true }, plain.Finish);
        Assert.Equal(end, plain.Tokens[^1]);
        Assert.Equal(0, world.Scheduler.Blocks.SlotBlocks);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(1_000, 11)]
    public void Schedule_NearTheTokenLimitOrTheContextsEnd_DraftsNoFurther(int maxTokens, int completion)
    {
        var world = new World(context: 16, drafts: new FixedDrafts(50));
        var sequence = world.Add(5, maxTokens);

        world.RunToEnd();

        Assert.Equal(new SequenceFinish(SequenceFinishReason.Length, null, 5, 0, completion), sequence.Finish);
        Assert.Equal(ShadowModel.Solo(World.Prompt(5), completion, Vocabulary), World.Completion(sequence));
    }

    [Fact]
    public void Schedule_WithALongPrompt_LeavesTheBudgetToItAndDraftsNothing()
    {
        var world = new World(options: new EngineOptions { TokenBudget = 10 }, drafts: new FixedDrafts(4));
        world.Add(2, maxTokens: 100);
        world.Step();
        world.Add(25, salt: 1);

        var counts = new[] { world.Step()!, world.Step()!, world.Step()! }.Select(batch => batch.Steps.Select(step => (step.Count, step.Drafts)));

        Assert.Equal([[(1, 0), (9, 0)], [(1, 0), (9, 0)], [(1, 2), (7, 0)]], counts);
    }

    [Fact]
    public void Schedule_WhenMemoryIsShort_DraftsNothingAndPreemptsNobody()
    {
        var world = new World(blocks: 4, blockSize: 4, context: 12, options: new EngineOptions { PrefixCache = false }, drafts: new FixedDrafts(4));
        var first = world.Add(5);
        world.Add(5, salt: 1);
        world.Step();

        var batch = world.Step()!;

        Assert.Equal([0, 0], batch.Steps.Select(step => step.Drafts));
        Assert.Equal(0, world.Scheduler.Preemptions);
        Assert.Equal(2, first.CompletionLength);
    }

    [Fact]
    public void Update_WhenDraftsAreWrong_TakesTheirMemoryBack()
    {
        var world = new World(blockSize: 2, options: new EngineOptions { PrefixCache = false }, drafts: new FixedDrafts(8, wrongAt: 0));
        world.Add(4);
        world.Step();
        Assert.Equal(2, world.Scheduler.Blocks.SlotBlocks);

        world.Step();

        Assert.Equal(3, world.Scheduler.Blocks.SlotBlocks);
    }

    [Fact]
    public void Save_AfterAStepThatAcceptedSeveralBlocks_CachesThemAll()
    {
        var world = new World(blockSize: 4, drafts: new FixedDrafts(9));
        var turn = world.Add(4, maxTokens: 22);
        world.RunToEnd();
        var next = world.Add([.. turn.Tokens, 900], new SamplingParameters { MaxTokens = 1 });

        world.RunToEnd();

        Assert.InRange(next.CachedTokens, 16, 24);    // all but what the last step computed
    }

    [Fact]
    public void Update_WithMoreThanTheStepAskedFor_IsRefusedAndTakesNothingIn()
    {
        var world = new World(drafts: new FixedDrafts(2));
        var sequence = world.Add(5);
        world.Step();
        var batch = world.Scheduler.Schedule()!;

        Assert.Throws<InvalidOperationException>(() => world.Scheduler.Update([new StepResult(sequence, new SampledToken[4])]));
        Assert.Throws<InvalidOperationException>(() => world.Scheduler.Update([new StepResult(sequence, new SampledToken[] { new(-1), new(1) })]));
        Assert.Throws<InvalidOperationException>(() => world.Scheduler.Update([]));

        Assert.Equal(2, batch.Steps[0].Drafts);
        Assert.Equal(1, sequence.CompletionLength);
    }

    [Fact]
    public async Task Engine_WithDrafts_DeliversTheTokensOfAPlainRun()
    {
        var drafts = new ScriptedDrafts(EngineWorld.Vocabulary, new Random(3), rightShare: 0.8);
        await using var world = new EngineWorld(new EngineOptions { SlowReader = SlowReaderPolicy.Pause, PauseAfterTokens = 8 }, drafts: drafts);
        var streams = Enumerable.Range(0, 4).Select(salt => world.Start(5, 60, salt)).ToList();

        foreach (var (salt, stream) in streams.Index())
        {
            Assert.Equal(InferenceEngineTests.Solo(5, 60, salt), await EngineWorld.ReadAll(stream));
            stream.Dispose();
        }

        Assert.InRange(drafts.Drafted, 1, int.MaxValue);
        Assert.InRange(world.Runner.Steps, 1, 200);
    }

    /// <summary>Guesses right, this many, but for one place.</summary>
    private sealed class FixedDrafts(int count, int wrongAt = -1) : IDraftSource
    {
        public int Draft(Sequence sequence, Span<int> drafts)
        {
            var most = Math.Min(count, drafts.Length);
            var tokens = sequence.Tokens.ToArray().ToList();
            for (var i = 0; i < most; i++)
            {
                var right = ShadowModel.NextToken(tokens, Vocabulary);
                tokens.Add(drafts[i] = i == wrongAt ? (right + 1) % Vocabulary : right);
            }

            return most;
        }
    }
}
