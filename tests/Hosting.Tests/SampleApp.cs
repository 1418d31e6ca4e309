using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rill.FunctionApp.Tests.Telemetry;
using Rill.ModelStore.Tests.Harness;

namespace Rill.Hosting.Tests;

/// <summary>
/// The sample's app host as it stands, started by Aspire: with a model that a hub holds back until the load was seen, and telemetry that comes here.
/// </summary>
public sealed class SampleApp : IAsyncLifetime
{
    public const string Server = "llm";
    public const string Service = "service";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(300);

    private readonly RillFolderFixture _rill = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HubServer? _hub;
    private Collector? _collector;
    private DistributedApplication? _app;

    /// <summary>The app; its model is loaded and its service runs.</summary>
    public DistributedApplication App => _app ?? throw new InvalidOperationException("The app has not started.");

    /// <summary>What Aspire knew of the server while the model was loading.</summary>
    public CustomResourceSnapshot Loading { get; private set; } = null!;

    /// <summary>What Aspire knew of the service then.</summary>
    public string? ServiceWhileLoading { get; private set; }

    /// <summary>What Aspire knows of the server now.</summary>
    public CustomResourceSnapshot Loaded { get; private set; } = null!;

    internal Collector Collector => _collector ?? throw new InvalidOperationException("The collector has not started.");

    public async Task InitializeAsync()
    {
        await _rill.InitializeAsync();
        _hub = await HubServer.Over(Path.Combine(BuiltPrograms.Root, "models", "rill-mini")).RunAsync();
        _hub.Gate = _gate.Task;
        _collector = await Collector.StartAsync();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AspireApp_AppHost>([$"Aspire:Rill:Folder={_rill.Folder}"]);
        builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = null; // the launch profile's, which goes before the next
        builder.Configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = _collector.Address.ToString();
        builder.CreateResourceBuilder(builder.Resources.OfType<RillResource>().Single())
            .WithModel(HubServer.Address)
            .WithSetting("Store__HubEndpoint", _hub.Endpoint.ToString());
        _app = await builder.BuildAsync();
        var started = _app.StartAsync(); // which waits for all that wait for others
        await LoadAsync();
        await started.WaitAsync(s_patience);
    }

    public async Task DisposeAsync()
    {
        _gate.TrySetResult();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        foreach (var server in new IAsyncDisposable?[] { _hub, _collector }.OfType<IAsyncDisposable>())
        {
            await server.DisposeAsync();
        }

        await _rill.DisposeAsync();
    }

    private async Task LoadAsync()
    {
        Loading = await SnapshotAsync(snapshot => snapshot.HealthReports.Any(IsOfLoading));
        ServiceWhileLoading = App.ResourceNotifications.TryGetCurrentState(Service, out var service) ? service.Snapshot.State?.Text : null;
        _gate.SetResult();
        await App.ResourceNotifications.WaitForResourceAsync(Service, KnownResourceStates.Running).WaitAsync(s_patience);
        Loaded = await SnapshotAsync(snapshot => snapshot.HealthStatus == HealthStatus.Healthy);
    }

    private static bool IsOfLoading(HealthReportSnapshot report) => report.Description?.Contains("loading", StringComparison.Ordinal) == true;

    private async Task<CustomResourceSnapshot> SnapshotAsync(Func<CustomResourceSnapshot, bool> matches) =>
        (await App.ResourceNotifications.WaitForResourceAsync(Server, change => matches(change.Snapshot)).WaitAsync(s_patience)).Snapshot;
}
