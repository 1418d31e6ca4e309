#pragma warning disable ASPIREPROBES001 // Probes are marked as what may change.

using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rill.Hosting;

namespace Aspire.Hosting;

/// <summary>Adds Rill to an app host, as a process of this machine or as a container.</summary>
public static class RillBuilderExtensions
{
    private const int ImagePort = 8080;

    /// <summary>
    /// Adds Rill as a process of this machine, which serves the small model that comes with it until <c>WithModel</c> names another. Services reach
    /// it by <c>WithReference</c>, and wait for its model with <c>WaitFor</c>.
    /// </summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name, which is that of its connection string too.</param>
    /// <param name="folder">
    /// A clone of Rill's repository or an unpacked release, relative to the app host's project. Null: as the setting <c>Aspire:Rill:Folder</c> says,
    /// else the clone that the app host is a part of.
    /// </param>
    /// <param name="port">The port that clients use; null for any free one.</param>
    /// <exception cref="ArgumentException">No Rill was found; the message says where, and what to do.</exception>
    public static IResourceBuilder<RillResource> AddRill(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? folder = null, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var found = RillFolder.Find(folder, builder.Configuration, builder.AppHostDirectory);
        var (command, arguments) = RillFolder.Start(found);
        var key = AddKey(builder, name);
        var server = new RillResource(name, command, found, key.Resource);
        var rill = builder.AddResource(server)
            .WithHttpEndpoint(port, name: RillConnection.EndpointName)
            .WithArgs([.. arguments, "--port", server.Connection.Endpoint.Property(EndpointProperty.TargetPort)]);
        key.WithParentRelationship(rill);
        return rill.AsRill();
    }

    /// <summary>Adds Rill as a container, with probes of its health.</summary>
    /// <param name="builder">The app host.</param>
    /// <param name="name">The resource's name, which is that of its connection string too.</param>
    /// <param name="image">The image that Rill's Dockerfile made, with its registry and without its tag.</param>
    /// <param name="tag">The image's tag.</param>
    /// <param name="port">The port that clients use; null for any free one.</param>
    public static IResourceBuilder<RillContainerResource> AddRillContainer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string image, string tag, int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var key = AddKey(builder, name);
        var rill = builder.AddResource(new RillContainerResource(name, key.Resource))
            .WithImage(image, tag)
            .WithHttpEndpoint(port, ImagePort, RillConnection.EndpointName)
            .WithHttpProbe(ProbeType.Liveness, "/health/live", endpointName: RillConnection.EndpointName)
            .WithHttpProbe(ProbeType.Readiness, "/health/ready", endpointName: RillConnection.EndpointName);
        key.WithParentRelationship(rill);
        return rill.AsRill();
    }

    /// <summary>A key is always asked for: one is made where the app host gives none, and kept among its user secrets.</summary>
    private static IResourceBuilder<ParameterResource> AddKey(IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter($"{name}-rill-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    /// <summary>What a process and a container have in common.</summary>
    private static IResourceBuilder<T> AsRill<T>(this IResourceBuilder<T> rill)
        where T : IRillResource
    {
        var server = rill.Resource;
        var check = $"{server.Name}-model";
        rill.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            check, services => ActivatorUtilities.CreateInstance<ModelHealthCheck>(services, server), HealthStatus.Unhealthy, tags: null));
        return rill
            .WithHealthCheck(check)
            .WithOtlpExporter()
            .WithIconName("BrainCircuit")
            .WithUrlForEndpoint(RillConnection.EndpointName, url => url.DisplayText = "Chat")
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["Rill__ApiKeys__0"] = server.Connection.ApiKey;
                context.EnvironmentVariables["Rill__ModelId"] = server.Connection.ModelId;
            });
    }
}
