using System.Diagnostics;
using System.Globalization;
using Rill.CommandLine.Client;
using Rill.CommandLine.Terminal;

namespace Rill.CommandLine.Chat;

/// <summary>Waits for a server: tells what for, and asks again when the server says when.</summary>
/// <param name="status">Tells what is waited for.</param>
/// <param name="patience">How long to try a server again that says that it is busy or loading.</param>
internal sealed class ServerWait(StatusLine status, TimeSpan patience)
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>Told of each time that a request is put off, for a reader who sees no status line.</summary>
    public Action<string> PutOff { get; init; } = _ => { };

    /// <summary>Asks, and asks again as long as the server says when to and the patience lasts.</summary>
    /// <exception cref="ServerException">The server failed, or puts off longer than that.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<T> RetryAsync<T>(Func<Task<T>> ask, CancellationToken interrupt)
    {
        var started = Stopwatch.GetTimestamp();
        for (var least = s_second; ; least = 2 * least < s_longest ? 2 * least : s_longest)
        {
            try
            {
                return await ask();
            }
            catch (ServerException busy) when (busy.RetryAfter is { } said && Stopwatch.GetElapsedTime(started) + PauseOf(said, least) < patience)
            {
                await PauseAsync(busy, PauseOf(said, least), interrupt);
            }
        }
    }

    /// <summary>Counts the seconds of a wait that takes longer than one.</summary>
    /// <param name="awaited">What is waited for.</param>
    /// <param name="what">How it is told.</param>
    /// <param name="started">From when it counts: a moment of the stopwatch.</param>
    public async Task<T> WatchAsync<T>(Task<T> awaited, string what, long started)
    {
        while (await Task.WhenAny(awaited, Task.Delay(s_second, CancellationToken.None)) != awaited)
        {
            status.Show(string.Create(CultureInfo.InvariantCulture, $"{what} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, Ctrl+C stops)"));
        }

        return await awaited;
    }

    /// <summary>What the server says; where it says at once, which proxies do and clocks that differ, a pause of ours that grows.</summary>
    private static TimeSpan PauseOf(TimeSpan said, TimeSpan least) => said < s_second ? least : said;

    private async Task PauseAsync(ServerException busy, TimeSpan pause, CancellationToken interrupt)
    {
        PutOff(string.Create(CultureInfo.InvariantCulture, $"{busy.Message} Trying again in {Math.Ceiling(pause.TotalSeconds)} s."));
        for (var left = pause; left > TimeSpan.Zero; left -= s_second)
        {
            status.Show(string.Create(CultureInfo.InvariantCulture, $"{busy.Said} Trying again in {Math.Ceiling(left.TotalSeconds)} s (Ctrl+C stops)"));
            await Task.Delay(left < s_second ? left : s_second, interrupt);
        }

        status.Clear();
    }
}
