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
        Assert.Equal([decoding, recomputed], plan.Sampling);
        Assert.Equal([4, 5], plan.SamplingRows);
    }
}
