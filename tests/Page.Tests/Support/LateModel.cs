using Rill.FunctionApp.Tests.Host;
using Rill.ModelStore.Tests.Harness;

namespace Rill.Page.Tests.Support;

/// <summary>The real app with the default model, whose weights a hub holds back until they are let go: a cold start that lasts as long as a test wants.</summary>
internal sealed class LateModel : IAsyncDisposable
{
    private readonly TaskCompletionSource _gate;
    private readonly HubServer _hub;

    private LateModel(HubServer hub, RillServer server, TaskCompletionSource gate) => (_hub, Server, _gate) = (hub, server, gate);

    /// <summary>The app.</summary>
    public RillServer Server { get; }

    /// <summary>Starts both; the weights do not come yet.</summary>
    public static async Task<LateModel> StartAsync()
    {
        var hub = await HubServer.Over(Path.Combine(BuiltPrograms.Root, "models", "rill-mini")).RunAsync();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Gate = gate.Task;
        try
        {
            var server = await RillServer.StartAppAsync(BuiltPrograms.FunctionApp, new()
            {
                ["Rill__Model"] = HubServer.Address,
                ["Rill__Store__HubEndpoint"] = hub.Endpoint.ToString(),
                ["Rill__Store__StallSeconds"] = "300",
            });
            return new LateModel(hub, server, gate);
        }
        catch
        {
            gate.SetResult();
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>The weights come.</summary>
    public void LetGo() => _gate.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await Server.DisposeAsync();
        await _hub.DisposeAsync();
    }
}
