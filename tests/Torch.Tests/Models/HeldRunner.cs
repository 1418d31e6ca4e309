using Rill.Serving;

namespace Rill.Torch.Tests.Models;

/// <summary>A runner whose first step waits until a test has submitted all its sequences; it counts how often one of them begins.</summary>
/// <param name="inner">Disposed with this one.</param>
/// <param name="limits">What it offers; null for what the inner one does.</param>
internal sealed class HeldRunner(IModelRunner inner, ModelLimits? limits = null) : IModelRunner
{
    private readonly ManualResetEventSlim _open = new();
    private readonly Dictionary<Sequence, int> _ends = [];    // where the last step of each ended

    public ModelLimits Limits { get; } = limits ?? inner.Limits;

    /// <summary>Sequences that began, those that began anew among them.</summary>
    public int Beginnings { get; private set; }

    /// <summary>Lets the steps run.</summary>
    public void Open() => _open.Set();

    public IReadOnlyList<StepResult> Execute(StepBatch batch)
    {
        _open.Wait();
        foreach (var step in batch.Steps)
        {
            Beginnings += _ends.GetValueOrDefault(step.Sequence, -1) == step.Start ? 0 : 1;
            _ends[step.Sequence] = step.Start + step.Count;
        }

        return inner.Execute(batch);
    }

    public void Dispose()
    {
        _open.Dispose();
        inner.Dispose();
    }
}
