using System.Diagnostics;
using Rill.Serving;

namespace Rill.Bench.Engine;

/// <summary>One step of the engine.</summary>
/// <param name="From">When it began, in ticks of the stopwatch: at its launch, or when the step before was done.</param>
/// <param name="To">When it was done.</param>
/// <param name="Sequences">Sequences in it.</param>
/// <param name="Tokens">Tokens that it computed, without drafts.</param>
/// <param name="Sampled">Tokens that it gave.</param>
internal readonly record struct RecordedStep(long From, long To, int Sequences, int Tokens, int Sampled);

/// <summary>Notes when each step of a runner began and ended. The engine's thread writes; others read when it has nothing to do.</summary>
internal sealed class StepRecorder(IModelRunner runner) : IModelRunner
{
    private readonly List<RecordedStep> _steps = [];
    private long _collected;

    /// <inheritdoc/>
    public ModelLimits Limits => runner.Limits;

    /// <summary>The steps since the last call.</summary>
    public IReadOnlyList<RecordedStep> Take()
    {
        lock (_steps)
        {
            var steps = _steps.ToArray();
            _steps.Clear();
            return steps;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Execute(StepBatch batch) => Note(batch, Stopwatch.GetTimestamp(), () => runner.Execute(batch));

    /// <inheritdoc/>
    public IPendingStep Launch(StepBatch batch)
    {
        var from = Stopwatch.GetTimestamp();
        return new Launched(this, batch, from, runner.Launch(batch));
    }

    /// <inheritdoc/>
    public AdapterSummary LoadAdapter(int number, ModelFiles files) => runner.LoadAdapter(number, files);

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();

    private IReadOnlyList<StepResult> Note(StepBatch batch, long launched, Func<IReadOnlyList<StepResult>> collect)
    {
        var results = collect();
        var from = Math.Max(launched, _collected);
        _collected = Stopwatch.GetTimestamp();
        lock (_steps)
        {
            _steps.Add(new RecordedStep(
                from, _collected, batch.Steps.Count, batch.Steps.Sum(step => step.Count), results.Sum(result => result.Tokens.Length)));
        }

        return results;
    }

    private sealed class Launched(StepRecorder recorder, StepBatch batch, long from, IPendingStep inner) : IPendingStep
    {
        /// <inheritdoc/>
        public IReadOnlyList<StepResult> Collect() => recorder.Note(batch, from, inner.Collect);
    }
}
