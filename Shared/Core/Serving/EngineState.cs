namespace Rill.Serving;

/// <summary>Whether the engine takes and does work.</summary>
public enum EngineState
{
    /// <summary>Takes new requests.</summary>
    Ready,

    /// <summary>Refuses new requests and finishes the ones it has.</summary>
    Draining,

    /// <summary>Several steps in a row failed. New work is still tried: one good step makes it ready again.</summary>
    Faulted,

    /// <summary>Disposed: its thread has ended.</summary>
    Stopped,
}
