using System.Diagnostics;
using Rill.Serving;

namespace Rill.Bench.Engine;

/// <summary>One step of the engine.</summary>
/// <param name="From">When it began, in ticks of the stopwatch.</param>
/// <param name="To">When it was done.</param>
/// <param name="Sequences">Sequences in it.</param>
/// <param name="Tokens">Tokens that it computed, without drafts.</param>
/// <param name="Sampled">Tokens that it gave.</param>
internal readonly record struct RecordedStep(long From, long To, int Sequences, int Tokens, int Sampled);

/// <summary>Notes when each step of a runner began and ended. The engine's thread writes; others read when it has nothing to do.</summary>
internal sealed class StepRecorder(IModelRunner runner) : IModelRunner
{
    private readonly List<RecordedStep> _steps = [];

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
    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        var from = Stopwatch.GetTimestamp();
        var results = runner.Execute(batch);
        lock (_steps)
        {
            _steps.Add(new RecordedStep(
                from, Stopwatch.GetTimestamp(), batch.Steps.Count, batch.Steps.Sum(step => step.Count), results.Sum(result => result.Tokens.Length)));
        }

        return results;
    }

    /// <inheritdoc/>
    public AdapterSummary LoadAdapter(int number, ModelFiles files) => runner.LoadAdapter(number, files);

    /// <inheritdoc/>
    public void Dispose() => runner.Dispose();
}
