namespace Rill.Serving;

/// <summary>A step that was done when its launch returned.</summary>
/// <param name="results">What it gave.</param>
internal sealed class ExecutedStep(IReadOnlyList<StepResult> results) : IPendingStep
{
    /// <inheritdoc/>
    public IReadOnlyList<StepResult> Collect() => results;
}
