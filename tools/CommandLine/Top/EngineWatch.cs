using System.Diagnostics;
using Rill.CommandLine.Client;

namespace Rill.CommandLine.Top;

/// <summary>Reads a server's metrics again and again.</summary>
/// <param name="client">The server.</param>
/// <param name="interval">Time between two readings.</param>
internal sealed class EngineWatch(ApiClient client, TimeSpan interval)
{
    private static readonly TimeSpan s_shortestLimit = TimeSpan.FromSeconds(5);

    private MetricsText? _last;
    private long _lastAt;

    private TimeSpan Limit => interval > s_shortestLimit ? interval : s_shortestLimit;

    /// <summary>Waits for an interval and says what happened in it.</summary>
    /// <exception cref="ServerException">The server does not answer, or not within five seconds or the interval, whichever is longer.</exception>
    public async Task<EngineReading> NextAsync(CancellationToken cancellationToken)
    {
        if (_last is null)
        {
            (_last, _lastAt) = (await ReadAsync(cancellationToken), Stopwatch.GetTimestamp());
        }

        if (interval - Stopwatch.GetElapsedTime(_lastAt) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken);
        }

        var text = await ReadAsync(cancellationToken);
        var now = Stopwatch.GetTimestamp();
        var reading = EngineReading.Between(
            ServerAddress.Show(client.Api), DateTimeOffset.Now, Stopwatch.GetElapsedTime(_lastAt, now).TotalSeconds, _last, text);
        (_last, _lastAt) = (text, now);
        return reading;
    }

    private async Task<MetricsText> ReadAsync(CancellationToken cancellationToken) =>
        MetricsText.Parse(await client.WithinAsync(Limit, client.MetricsAsync, cancellationToken));
}
