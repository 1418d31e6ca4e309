namespace Rill.Serving;

/// <summary>Is told what becomes of the steps of a <see cref="StepPipeline"/>, on its thread.</summary>
internal interface IStepObserver
{
    /// <summary>A step is about to be launched.</summary>
    /// <param name="batch">What it computes.</param>
    /// <param name="now">Timestamp.</param>
    void Launching(StepBatch batch, long now);

    /// <summary>A step's results were taken in.</summary>
    /// <param name="batch">What was computed.</param>
    /// <param name="updates">What the results came to; their tokens are valid during the call.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="elapsed">Since its launch, or since the end of the step before where that came later: steps that overlap share no time.</param>
    void Collected(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, long now, TimeSpan elapsed);

    /// <summary>A sequence failed at the launch of a step, which goes on without it. It has left the scheduler.</summary>
    void SequenceFailed(SequenceFaultException fault);

    /// <summary>A step failed; its sequences that had not ended have left the scheduler without a finish.</summary>
    void StepFailed(StepBatch batch, Exception exception);
}
