namespace Rill.Serving;

/// <summary>
/// Plans, launches and collects steps. Where the runner overlaps, a step is launched before the results of the one before it are read, so that the
/// device never waits for the host. A failing step ends its own sequences and leaves the others as they were.
/// </summary>
internal sealed class StepPipeline(IModelRunner runner, Scheduler scheduler, IStepObserver observer, TimeProvider time)
{
    private RunningStep? _running;
    private long _collectedAt;

    /// <summary>
    /// Launches the next step and takes in the results of the one before it, or its own where steps do not overlap. False when there was nothing
    /// to do.
    /// </summary>
    public bool Advance()
    {
        var batch = scheduler.Schedule();
        if (batch is null && _running is null)
        {
            return false;
        }

        var launched = batch is null ? null : Launch(batch);
        if (!TryCollect())
        {
            launched?.Discard();
            return true;
        }

        _running = launched;
        if (!runner.Limits.Overlaps)
        {
            _ = TryCollect();
        }

        return true;
    }

    /// <summary>Waits for a step that runs; nobody wants its results.</summary>
    public void Discard()
    {
        _running?.Discard();
        _running = null;
    }

    /// <summary>
    /// Launches a batch, less the sequences that fail at that. Before a fault is acted upon the step before is collected, so that everybody has what
    /// a run without overlap would have given.
    /// </summary>
    private RunningStep? Launch(StepBatch batch)
    {
        var started = time.GetTimestamp();
        observer.Launching(batch, started);
        StepBatch? current = batch;
        while (current is not null)
        {
            try
            {
                return new RunningStep(current, runner.Launch(current), started);
            }
#pragma warning disable CA1031 // Whatever a model throws, the loop goes on for the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                current = TryCollect() ? Without(current, exception) : null;
            }
        }

        return null;
    }

    /// <summary>What is left of a batch that could not be launched; null for nothing.</summary>
    private StepBatch? Without(StepBatch batch, Exception exception)
    {
        if (exception is not SequenceFaultException fault || !batch.Steps.Any(step => step.Sequence == fault.Sequence))
        {
            Fail(batch, exception);
            return null;
        }

        var rest = scheduler.Drop(fault.Sequence);
        if (fault.Sequence.Finish is null)    // else it failed at a token behind its end
        {
            observer.SequenceFailed(fault);
        }

        return rest;
    }

    /// <summary>
    /// Takes the results of the step that runs in, if one does; false when it failed. Results that make no sense are a fault of the runner like others.
    /// </summary>
    private bool TryCollect()
    {
        if (_running is not { } step)
        {
            return true;
        }

        _running = null;
        IReadOnlyList<SequenceUpdate> updates;
        try
        {
            updates = scheduler.Update(step.Pending.Collect());
        }
#pragma warning disable CA1031 // Whatever a model throws, the loop goes on for the others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(step.Batch, exception);
            return false;
        }

        var now = time.GetTimestamp();
        observer.Collected(step.Batch, updates, now, time.GetElapsedTime(Math.Max(step.LaunchedAt, _collectedAt), now));
        _collectedAt = now;
        return true;
    }

    private void Fail(StepBatch batch, Exception exception)
    {
        scheduler.Fail();
        observer.StepFailed(batch, exception);
    }

    private sealed record RunningStep(StepBatch Batch, IPendingStep Pending, long LaunchedAt)
    {
        /// <summary>Waits for the step without its results.</summary>
        public void Discard()
        {
            try
            {
                _ = Pending.Collect();
            }
#pragma warning disable CA1031 // The step before it has failed, or the engine ends: that was told.
            catch (Exception)
#pragma warning restore CA1031
            {
                // whatever it says, nobody wants it
            }
        }
    }
}
