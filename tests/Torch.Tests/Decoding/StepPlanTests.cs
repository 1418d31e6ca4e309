using Rill.Serving;
using Rill.Torch.Decoding;
using Rill.Torch.Tests.Models;

namespace Rill.Torch.Tests.Decoding;

public sealed class StepPlanTests
{
    private static readonly ModelLimits s_limits = new(131, 64, 8, 4, 64);

    [Fact]
    public void Create_PromptsAndCompletions_PutsPromptsFirstAndSamplesInBatchOrder()
    {
        var decoding = RunnerDriver.NewSequence(3, [1, 2]);
        decoding.Append(3);
        var recomputed = RunnerDriver.NewSequence(1, [4, 5]);
        recomputed.Append(6);
        var prompt = RunnerDriver.NewSequence(0, [7, 8, 9]);

        var plan = StepPlan.Create([new(decoding, 2, 1), new(recomputed, 0, 3), new(prompt, 0, 2)], s_limits);

        Assert.Equal(4, plan.PromptRows);
        Assert.Equal([new(4, 0, 1), new(5, 1, 1), new(7, 0, 0), new(8, 1, 0), new(3, 2, 3), new(6, 2, 1)], plan.Rows);
        Assert.Equal([decoding, recomputed], plan.Sampling.Select(step => step.Sequence));
        Assert.Equal([4, 5], plan.SamplingRows);
        Assert.Empty(plan.PoolingRows);
    }

    [Fact]
    public void Create_Drafts_FollowTheLastTokenAndSampleToo()
    {
        var drafted = RunnerDriver.NewSequence(3, [1, 2]);
        drafted.Append(3);
        drafted.Draft(new ScriptedDrafts(_ => [10, 11]), most: 2);
        var plain = RunnerDriver.NewSequence(1, [4]);
        plain.Append(5);

        var plan = StepPlan.Create([new(drafted, 2, 1, Drafts: 2), new(plain, 1, 1)], s_limits);

        Assert.Equal(0, plan.PromptRows);
        Assert.Equal([new(3, 2, 3), new(10, 3, 3), new(11, 4, 3), new(5, 1, 1)], plan.Rows);
        Assert.Equal([0, 1, 2, 3], plan.SamplingRows);
    }

    [Fact]
    public void Create_DraftsBeyondTheContextOrThoseThereAre_AreRefused()
    {
        var sequence = RunnerDriver.NewSequence(0, [.. Enumerable.Range(0, 63)]);
        sequence.Draft(new ScriptedDrafts(_ => [1, 2]), most: 2);

        Assert.Throws<ArgumentOutOfRangeException>(() => StepPlan.Create([new(sequence, 62, 1, Drafts: 2)], s_limits));
        Assert.Throws<ArgumentOutOfRangeException>(() => StepPlan.Create([new(sequence, 50, 1, Drafts: 1)], s_limits));
        Assert.Equal(2, StepPlan.Create([new(sequence, 62, 1, Drafts: 1)], s_limits).Rows.Length);
    }

    [Fact]
    public void Create_DraftOutsideTheVocabulary_FaultsItsSequence()
    {
        var sequence = RunnerDriver.NewSequence(0, [1]);
        sequence.Draft(new ScriptedDrafts(_ => [131]), most: 1);

        Assert.Same(sequence, Assert.Throws<SequenceFaultException>(() => StepPlan.Create([new(sequence, 0, 1, Drafts: 1)], s_limits)).Sequence);
    }

    [Fact]
    public void Create_EmbeddedSequences_PoolTheLastTokenOrAll()
    {
        var last = new Sequence(0, [1, 2, 3], new SamplingParameters()) { Work = SequenceWork.EmbedLast, Slot = 0 };
        var mean = new Sequence(1, [4, 5, 6], new SamplingParameters()) { Work = SequenceWork.EmbedMean, Slot = 1 };

        var begun = StepPlan.Create([new(last, 0, 2), new(mean, 0, 2)], s_limits);
        var ended = StepPlan.Create([new(last, 2, 1), new(mean, 2, 1)], s_limits);

        Assert.Equal([mean], begun.Pooling.Select(step => step.Sequence));
        Assert.Equal([2, 3], begun.PoolingRows);
        Assert.Equal([last, mean], ended.Pooling.Select(step => step.Sequence));
        Assert.Equal([0, 1], ended.PoolingRows);
        Assert.Empty(ended.SamplingRows);
    }
}
