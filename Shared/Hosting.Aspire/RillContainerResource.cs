namespace Aspire.Hosting.ApplicationModel;

/// <summary>Rill as a container, from an image that its Dockerfile makes.</summary>
public sealed class RillContainerResource : ContainerResource, IRillResource
{
    internal RillContainerResource(string name, ParameterResource apiKey)
        : base(name) => Connection = new RillConnection(this, apiKey);

    /// <inheritdoc/>
    public RillConnection Connection { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => Connection.ConnectionString;

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Connection.Properties;
}
