namespace Rill.Telemetry;

/// <summary>The phases of a start, in the order in which they usually end; some run side by side.</summary>
public enum StartPhase
{
    /// <summary>The runtime is up and the app's first line runs.</summary>
    Process,

    /// <summary>libtorch is loaded.</summary>
    NativeLibrary,

    /// <summary>The app is built and listens; the host is told next.</summary>
    Worker,

    /// <summary>The host has sent its first request: it has started the worker, knows its functions and forwards.</summary>
    Host,

    /// <summary>The first byte of the model has come.</summary>
    FirstByte,

    /// <summary>All weights are in memory, with their hashes checked where they came from a store.</summary>
    Weights,

    /// <summary>The model has run once and takes requests.</summary>
    Model,

    /// <summary>The first token of the first request was sampled.</summary>
    FirstToken,
}
