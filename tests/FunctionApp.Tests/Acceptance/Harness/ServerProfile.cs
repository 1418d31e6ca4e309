using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A server that every test class of one collection shares. App and settings are the profile's.</summary>
public abstract class ServerProfile(string app, params (string Name, string Value)[] settings) : IAsyncLifetime
{
    private RillServer? _server;

    internal RillServer Server => _server ?? throw new InvalidOperationException("The server has not started.");

    public virtual async Task InitializeAsync() => _server = await RillServer.StartReadyAsync(
        app, settings.ToDictionary(setting => setting.Name, setting => setting.Value));

    public virtual async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
