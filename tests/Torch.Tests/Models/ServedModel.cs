using System.Diagnostics;
using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>A runner behind the scheduler, without the engine's thread.</summary>
internal sealed class ServedModel : IStepObserver
{
    private readonly Scheduler _scheduler;
    private readonly StepPipeline _pipeline;
    private Action<SequenceUpdate> _take = static _ => { };

    /// <param name="runner">Not disposed.</param>
    /// <param name="blockCount">Blocks of KV memory that the scheduler may use; few for preemptions.</param>
    /// <param name="tokenBudget">Tokens of a step.</param>
    /// <param name="drafts">Guesses; null for none.</param>
    /// <param name="overlaps">Whether steps may overlap, where the runner's do.</param>
    public ServedModel(TorchModelRunner runner, int blockCount = 200, int tokenBudget = 512, IDraftSource? drafts = null, bool overlaps = true)
    {
        var limits = runner.Limits with { BlockCount = Math.Min(runner.Limits.BlockCount, blockCount), Overlaps = overlaps && runner.Limits.Overlaps };
        _scheduler = new(limits, new EngineOptions { TokenBudget = tokenBudget }, drafts);
        _pipeline = new(runner, _scheduler, this, TimeProvider.System);
    }

    /// <summary>Steps that were executed.</summary>
    public int Steps { get; private set; }

    /// <summary>Tokens that were computed before the host had read them.</summary>
    public int Ahead { get; private set; }

    /// <summary>Sequences that had to make room.</summary>
    public long Preemptions => _scheduler.Preemptions;

    /// <summary>Serves sequences to their ends, and returns the tokens of each.</summary>
    public List<SampledToken>[] Run(params Sequence[] sequences)
    {
        var tokens = Array.ConvertAll(sequences, _ => new List<SampledToken>());
        _take = update => tokens[Array.IndexOf(sequences, update.Sequence)].AddRange(update.Tokens.ToArray());
        Array.ForEach(sequences, _scheduler.Add);
        var started = Stopwatch.GetTimestamp();
        while (_pipeline.Advance() || Array.Exists(sequences, sequence => !sequence.HasEnded))
        {
            // A sequence may sit steps out until its constraint is prepared.
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2), "The sequences do not come to their ends.");
        }

        return tokens;
    }

    void IStepObserver.Launching(StepBatch batch, long now)
    {
        Steps++;
        Ahead += batch.Steps.Count(step => step.Awaits);
    }

    void IStepObserver.Collected(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, long now, TimeSpan elapsed)
    {
        foreach (var update in updates)
        {
            Assert.Null(update.Fault);
            _take(update);
        }
    }

    void IStepObserver.SequenceFailed(SequenceFaultException fault) => throw new InvalidOperationException("A sequence failed.", fault);

    void IStepObserver.StepFailed(StepBatch batch, Exception exception) => throw new InvalidOperationException("A step failed.", exception);
}
