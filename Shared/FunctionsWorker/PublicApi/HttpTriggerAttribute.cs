using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the <c>HttpRequest</c> parameter of a function that HTTP requests trigger.</summary>
public sealed class HttpTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Every method, with a function key.</summary>
    public HttpTriggerAttribute() => AuthLevel = AuthorizationLevel.Function;

    /// <summary>The named methods, with the enumeration's default level, <see cref="AuthorizationLevel.Anonymous"/>.</summary>
    public HttpTriggerAttribute(params string[] methods) => Methods = methods;

    /// <summary>Every method, at the given level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel) => AuthLevel = authLevel;

    /// <summary>The named methods, at the given level.</summary>
    public HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods)
    {
        AuthLevel = authLevel;
        Methods = methods;
    }

    /// <summary>The route template below the prefix of host.json; the function's name if null.</summary>
    public string? Route { get; set; }

    /// <summary>The HTTP methods the host lets through; null means all of them.</summary>
    public string[]? Methods { get; private set; }

    /// <summary>Which key the host asks for.</summary>
    public AuthorizationLevel AuthLevel { get; private set; }
}
