namespace Rill.Serving;

/// <summary>A sequence that ended without a finish. The message is fit for a client: no internals, no prompt text.</summary>
public sealed class EngineFaultException(EngineFaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose fault it is, and thereby the error code that a client gets.</summary>
    public EngineFaultKind Kind { get; } = kind;
}

/// <summary>Why a sequence ended with a fault.</summary>
public enum EngineFaultKind
{
    /// <summary>The model or the engine failed.</summary>
    Internal,

    /// <summary>The sequence cannot fit the model's context or its KV memory.</summary>
    TooLong,

    /// <summary>The engine shuts down.</summary>
    ShuttingDown,
}
