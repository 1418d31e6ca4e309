namespace Aspire.Hosting.ApplicationModel;

/// <summary>Rill as a process of this machine, started from a clone of its repository or from an unpacked release.</summary>
public sealed class RillResource : ExecutableResource, IRillResource
{
    internal RillResource(string name, string command, string folder, ParameterResource apiKey)
        : base(name, command, folder) => Connection = new RillConnection(this, apiKey);

    /// <inheritdoc/>
    public RillConnection Connection { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => Connection.ConnectionString;

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Connection.Properties;
}
