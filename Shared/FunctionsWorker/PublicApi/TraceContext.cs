namespace Microsoft.Azure.Functions.Worker;

/// <summary>The distributed trace that an invocation belongs to, in the words of W3C Trace Context.</summary>
public abstract class TraceContext
{
    /// <summary>The traceparent that the host gave, or an empty string.</summary>
    public abstract string TraceParent { get; }

    /// <summary>The tracestate that the host gave, or an empty string.</summary>
    public abstract string TraceState { get; }
}
