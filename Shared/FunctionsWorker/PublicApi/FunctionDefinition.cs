namespace Microsoft.Azure.Functions.Worker;

/// <summary>What is known of a function before it is called.</summary>
public abstract class FunctionDefinition
{
    /// <summary>The full path of the assembly that holds the function.</summary>
    public abstract string PathToAssembly { get; }

    /// <summary>The method, as <c>Namespace.Type.Method</c>.</summary>
    public abstract string EntryPoint { get; }

    /// <summary>The id by which host and worker speak of the function.</summary>
    public abstract string Id { get; }

    /// <summary>The name given by <see cref="FunctionAttribute"/>.</summary>
    public abstract string Name { get; }
}
