using Rill.Serving;
using Rill.Torch.Decoding;
using Rill.Torch.Sampling;
using static TorchSharp.torch;

namespace Rill.Torch;

/// <summary>Puts together what a step came to, once its tensors are there.</summary>
internal static class StepResults
{
    /// <summary>One for each step that samples, pools or scores, in batch order.</summary>
    /// <param name="plan">The step.</param>
    /// <param name="sampled">What its sampling steps gave.</param>
    /// <param name="hidden">Of the rows that are pooled, f32 [rows, hidden], on any device; null where there are none.</param>
    /// <param name="logits">Of the rows that are scored, f32 [rows, vocabulary], on the host; null where there are none.</param>
    /// <param name="scorer">Reads these.</param>
    public static StepResult[] Join(StepPlan plan, StepResult[] sampled, Tensor? hidden, Tensor? logits, PromptScorer scorer) => plan.InOrder(
        sampled,
        hidden is null ? [] : Pooling.Pool(hidden, plan.Pooling),
        logits is null ? [] : scorer.Score(logits, plan.Scoring));
}
