namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which key the Functions host asks of a caller before it forwards a request.</summary>
public enum AuthorizationLevel
{
    /// <summary>None.</summary>
    Anonymous = 0,

    /// <summary>Not used by the current host.</summary>
    User = 1,

    /// <summary>A function key or a host key.</summary>
    Function = 2,

    /// <summary>A system key.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
