namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a client needs: address, key and model, as the package Aspire.OpenAI reads them from a connection string.</summary>
public sealed class RillConnection
{
    internal const string EndpointName = "http";

    private readonly IResourceWithEndpoints _owner;

    internal RillConnection(IResourceWithEndpoints owner, ParameterResource apiKey)
    {
        _owner = owner;
        ApiKey = MadeKey = apiKey;
    }

    /// <summary>The key that the server asks for.</summary>
    public ParameterResource ApiKey { get; internal set; }

    /// <summary>The one that was made, in case the app host names none.</summary>
    internal ParameterResource MadeKey { get; }

    /// <summary>The id that requests name.</summary>
    public string ModelId { get; internal set; } = "rill-mini";

    /// <summary>Where the server listens.</summary>
    public EndpointReference Endpoint => new(_owner, EndpointName);

    /// <summary>The address of OpenAI's API: <c>http://localhost:12345/v1</c>.</summary>
    public ReferenceExpression ApiAddress => ReferenceExpression.Create($"{Endpoint.Property(EndpointProperty.Url)}/v1");

    /// <summary><c>Endpoint=http://localhost:12345/v1;Key=...;Model=rill-mini</c>.</summary>
    public ReferenceExpression ConnectionString => ReferenceExpression.Create($"Endpoint={ApiAddress};Key={ApiKey};Model={ModelId}");

    /// <summary>The same one by one: other languages get variables, <c>LLM_ENDPOINT</c>, <c>LLM_KEY</c>, <c>LLM_MODEL</c>.</summary>
    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> Properties =>
    [
        new("Endpoint", ApiAddress),
        new("Uri", ApiAddress),
        new("Key", ReferenceExpression.Create($"{ApiKey}")),
        new("Model", ReferenceExpression.Create($"{ModelId}")),
    ];
}
