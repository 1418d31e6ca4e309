namespace Aspire.Hosting.ApplicationModel;

/// <summary>Rill as a process of this machine, started from a clone of its repository or from an unpacked release.</summary>
public sealed class RillResource : ExecutableResource, IRillResource
{
    /// <param name="name">The resource's name, which is that of its connection string too.</param>
    /// <param name="command">The program that starts it.</param>
    /// <param name="folder">The folder of the clone or of the release.</param>
    /// <param name="apiKey">The key that it asks for.</param>
    public RillResource(string name, string command, string folder, ParameterResource apiKey)
        : base(name, command, folder) => Connection = new RillConnection(this, apiKey);

    /// <inheritdoc/>
    public RillConnection Connection { get; }

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => Connection.ConnectionString;

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => Connection.Properties;
}
