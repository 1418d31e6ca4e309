using Rill.Serving;

namespace Rill.Bench.Engine;

/// <summary>
/// Fills long prompts with copies of their first chunk's keys and values instead of computing them: the step after them has as much to read
/// as if they had been computed, which would take half an hour. Only for one sequence at a time, and an engine without prefix cache, whose
/// blocks this borrows.
/// </summary>
internal sealed class ContextFiller(IModelRunner runner) : IModelRunner
{
    private int _filled;

    /// <inheritdoc/>
    public ModelLimits Limits => runner.Limits;

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Execute(StepBatch batch) => runner.Execute(Filled(batch));

    /// <inheritdoc/>
    public IPendingStep Launch(StepBatch batch) => runner.Launch(Filled(batch));

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private StepBatch Filled(StepBatch batch)
    {
        if (batch.Steps is not [{ Samples: false } step])
        {
            return batch;
        }

        var size = Limits.BlockSize;
        var positions = Enumerable.Range(0, step.Count / size).Select(block => step.Start + (block * size));
        if (step.Start == 0)
        {
            _filled = step.Count / size;
            return batch with { Saves = [.. positions.Select(position => new BlockCopy(step.Sequence.Slot, position, position / size))] };
        }

        return batch with
        {
            Steps = [],
            Restores = [.. positions.Select(position => new BlockCopy(step.Sequence.Slot, position, position / size % _filled))],
        };
    }
}
