using System.Net;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>
/// A function app that answers requests: Rill itself, or the small test app, under LocalHost on a free port.
/// <code>await using var server = await RillServer.StartAsync(new() { ["Rill__MaxQueue"] = "1" });</code>
/// </summary>
internal sealed class RillServer : IAsyncDisposable
{
    private const string AddressLine = "Listening on ";
    private const int Attempts = 3;
    private static readonly TimeSpan _startTimeout = TimeSpan.FromMinutes(3);

    private RillServer(HostProcess process, Uri address)
    {
        Process = process;
        BaseUri = address;
        Client = new HttpClient(new BoundedResponses(process)) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The host's process, with its output and its signals.</summary>
    public HostProcess Process { get; }

    /// <summary>The address without a path, such as <c>http://localhost:40123/</c>.</summary>
    public Uri BaseUri { get; }

    /// <summary>A client for <see cref="BaseUri"/>. A response may take as long as it likes, but not pause for longer than a test's patience.</summary>
    public HttpClient Client { get; }

    /// <summary>The process id of the worker that was started last.</summary>
    public int WorkerId => Process.WorkerId;

    /// <summary>What host and worker have printed.</summary>
    public IReadOnlyList<string> Output => Process.Output;

    /// <summary>Starts Rill with <paramref name="settings"/> as environment variables, and waits until its model is ready.</summary>
    public static Task<RillServer> StartAsync(Dictionary<string, string>? settings = null) => StartReadyAsync(BuiltPrograms.FunctionApp, settings);

    /// <summary>Starts Rill with the scripted model in place of the settings', perhaps in a process group of its own, and waits until it is ready.</summary>
    public static Task<RillServer> StartScriptedAsync(Dictionary<string, string>? settings = null, bool ownGroup = false) =>
        StartReadyAsync(BuiltPrograms.ScriptedApp, settings, ownGroup);

    /// <summary>Starts Rill, with the one model or the other, and waits until it is ready.</summary>
    public static async Task<RillServer> StartReadyAsync(string app, Dictionary<string, string>? settings = null, bool ownGroup = false)
    {
        var server = await StartAppAsync(app, settings, ownGroup);
        try
        {
            await server.WaitForModelAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts any app and waits until its functions are loaded.</summary>
    public static async Task<RillServer> StartAppAsync(
        string app, Dictionary<string, string>? settings = null, bool ownGroup = false, int? descriptors = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var process = new HostProcess(app, settings, ownGroup: ownGroup, descriptors: descriptors);
            try
            {
                if (await process.WaitForLineAsync(line => line.StartsWith(AddressLine, StringComparison.Ordinal), _startTimeout) is { } line)
                {
                    return new RillServer(process, new Uri(line[AddressLine.Length..]));
                }

                // The worker's server looks for a free port and binds it later: another program may have taken it meanwhile.
                if (attempt == Attempts || !process.Text.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
                {
                    throw new InvalidOperationException("The host has ended:\n" + process.Text);
                }
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }

            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    private async Task WaitForModelAsync()
    {
        using var limit = new CancellationTokenSource(_startTimeout);
        while (true)
        {
            try
            {
                using var response = await Client.GetAsync(new Uri("health/ready", UriKind.Relative), limit.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!Process.HasExited)
            {
                // Cut off together with a worker whose port was taken; another one follows.
            }

            await Task.Delay(50, limit.Token);
        }
    }
}
