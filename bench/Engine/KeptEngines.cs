namespace Rill.Bench.Engine;

/// <summary>A child for each engine, kept from one model to the next: to start one takes longer than to ask it of a small model.</summary>
internal sealed class KeptEngines : IDisposable
{
    private EngineProcess? _own, _peer;

    /// <summary>The engine with a model, which it keeps until the next one is asked for.</summary>
    /// <exception cref="InvalidOperationException">It does not take the model; the message says why. The next model gets a child of its own.</exception>
    public EngineProcess With(EngineSetup setup)
    {
        ref var kept = ref setup.IsPeer ? ref _peer : ref _own;
        if (kept is { IsUsable: true })
        {
            kept.Load(setup);
            return kept;
        }

        kept?.Dispose();
        kept = null;
        return kept = new EngineProcess(setup);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        _peer?.Dispose();
    }
}
