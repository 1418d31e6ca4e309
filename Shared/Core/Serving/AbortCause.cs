namespace Rill.Serving;

/// <summary>Why a sequence is cancelled; the `cause` label of rill.stream_abort.</summary>
public enum AbortCause
{
    /// <summary>The client closed its connection, or the request was cancelled.</summary>
    Client,

    /// <summary>The request's deadline passed.</summary>
    Deadline,

    /// <summary>The client took nothing for longer than the write timeout.</summary>
    WriteTimeout,

    /// <summary>The process shuts down.</summary>
    Shutdown,

    /// <summary>Another part of the same request failed.</summary>
    Error,
}
