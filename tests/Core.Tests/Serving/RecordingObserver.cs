using Rill.Serving;

namespace Rill.Core.Tests.Serving;

/// <summary>Notes failures, and the time of all steps.</summary>
internal sealed class RecordingObserver : IStepObserver
{
    public List<string> Failures { get; } = [];

    public TimeSpan Elapsed { get; private set; }

    public void Launching(StepBatch batch, long now)
    {
        // nothing to note
    }

    public void Collected(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, long now, TimeSpan elapsed) => Elapsed += elapsed;

    public void SequenceFailed(SequenceFaultException fault) => Failures.Add(fault.Message);

    public void StepFailed(StepBatch batch, Exception exception) => Failures.Add(exception.Message);
}
