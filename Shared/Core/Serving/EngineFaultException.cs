namespace Rill.Serving;

/// <summary>A sequence that ended without a finish. The message is fit for a client: no internals, no prompt text.</summary>
public sealed class EngineFaultException(EngineFaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose fault it is, and thereby the error code that a client gets.</summary>
    public EngineFaultKind Kind { get; } = kind;
}
