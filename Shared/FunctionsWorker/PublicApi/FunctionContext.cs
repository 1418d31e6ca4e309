namespace Microsoft.Azure.Functions.Worker;

/// <summary>One invocation of a function.</summary>
public abstract class FunctionContext
{
    /// <summary>The host's id for this invocation.</summary>
    public abstract string InvocationId { get; }

    /// <summary>The id of the function that is called.</summary>
    public abstract string FunctionId { get; }

    /// <summary>The distributed trace of this invocation.</summary>
    public abstract TraceContext TraceContext { get; }

    /// <summary>Services, scoped to this invocation.</summary>
    public abstract IServiceProvider InstanceServices { get; set; }

    /// <summary>The function that is called.</summary>
    public abstract FunctionDefinition FunctionDefinition { get; }

    /// <summary>Values that middleware and function share during this invocation.</summary>
    public abstract IDictionary<object, object> Items { get; set; }

    /// <summary>Signalled when the host cancels: the client left, functionTimeout passed, or the host stops.</summary>
    public virtual CancellationToken CancellationToken { get; } = CancellationToken.None;
}
