using System.Net;

namespace Rill.LocalHost;

/// <summary>
/// Asks the app itself whether it is ready: the host sees only that its functions are loaded, and a model may take much longer.
/// (The real host does not ask; on Azure the platform's probe does.)
/// </summary>
internal static class ReadinessProbe
{
    private const string Route = "health/ready";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits until the app's readiness answers anything but 503; not at all for an app that has no function for it. False if
    /// <paramref name="workerEnd"/> came first.
    /// </summary>
    public static async Task<bool> WaitAsync(Uri baseAddress, IEnumerable<FunctionRoute> routes, Task workerEnd)
    {
        if (routes.FirstOrDefault(IsReadiness) is not { } route)
        {
            return true;
        }

        var address = new Uri(baseAddress, route.Template);
        using var stop = new CancellationTokenSource();
        var ready = PollAsync(address, stop.Token);
        if (await Task.WhenAny(ready, workerEnd, Task.Delay(s_silence)) is var first && first != ready && first != workerEnd)
        {
            Console.WriteLine($"Waiting until {address} says that the app is ready.");
            await Task.WhenAny(ready, workerEnd);
        }

        await stop.CancelAsync();
        await ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ready.IsCompletedSuccessfully;
    }

    private static bool IsReadiness(FunctionRoute function) =>
        $"/{function.Template}".EndsWith($"/{Route}", StringComparison.OrdinalIgnoreCase);

    private static async Task PollAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        while (await StatusAsync(client, address, cancellationToken) is null or HttpStatusCode.ServiceUnavailable)
        {
            await Task.Delay(s_pause, cancellationToken);
        }
    }

    /// <summary>Null if there was no answer.</summary>
    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(address, cancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
