using System.Collections.Concurrent;
using System.Diagnostics;

namespace Rill.CommandLine.LoadTest;

/// <summary>Puts one load on a server.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="prompts">Makes them.</param>
/// <param name="plan">The plan.</param>
/// <param name="level">The load.</param>
internal sealed class LoadRun(LoadClient client, PromptMaker prompts, LoadPlan plan, LoadLevel level)
{
    private const int WarmUpAtARate = 2;
    private const int HopelessFailures = 20;
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<RequestResult> _results = [];
    private int _begun;
    private int _failed;

    /// <summary>Requests that have ended.</summary>
    public int Ended => _results.Count;

    /// <summary>Those that failed.</summary>
    public int Failed => _failed;

    /// <summary>Warms up, which is not counted, and measures.</summary>
    public async Task<LevelReport> RunAsync(CancellationToken cancellationToken)
    {
        var warmUp = plan.WarmUp ?? level.Streams ?? WarmUpAtARate;
        await Task.WhenAll(Enumerable.Range(0, warmUp).Select(_ => client.MeasureAsync(prompts.Next(), Stopwatch.GetTimestamp(), cancellationToken)));
        var start = Stopwatch.GetTimestamp();
        await (level.Rate is { } rate ? AtRateAsync(rate, start, cancellationToken) : AtOnceAsync(level.Streams!.Value, start, cancellationToken));
        var end = plan.Requests is null ? start + (long)(plan.Duration.TotalSeconds * Stopwatch.Frequency) : _results.Max(result => result.Ended);
        return LevelReport.Of(level, [.. _results], start, end);
    }

    /// <summary>Streams that ask again as soon as they have their answers.</summary>
    private Task AtOnceAsync(int streams, long start, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => AskAgainAndAgainAsync(start, cancellationToken), cancellationToken)));

    private async Task AskAgainAndAgainAsync(long start, CancellationToken cancellationToken)
    {
        while (MayBegin(Stopwatch.GetElapsedTime(start)))
        {
            if (await AskAsync(Stopwatch.GetTimestamp(), cancellationToken) is { Error: not null })
            {
                await Task.Delay(s_pauseAfterFailure, cancellationToken);    // a server that refuses at once is not asked in a tight loop
            }
        }
    }

    /// <summary>Each request at its time, however many are on their way.</summary>
    private async Task AtRateAsync(double rate, long start, CancellationToken cancellationToken)
    {
        var asked = new List<Task>();
        for (var number = 0; MayBegin(TimeSpan.FromSeconds(number / rate)); number++)
        {
            var due = start + (long)(number / rate * Stopwatch.Frequency);
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken);
            }

            asked.Add(Task.Run(() => AskAsync(due, cancellationToken), cancellationToken));
        }

        await Task.WhenAll(asked);
    }

    private bool MayBegin(TimeSpan sinceStart)
    {
        var isHopeless = _failed >= HopelessFailures && _failed == _results.Count;
        return !isHopeless && (plan.Requests is { } requests ? Interlocked.Increment(ref _begun) <= requests : sinceStart < plan.Duration);
    }

    private async Task<RequestResult> AskAsync(long due, CancellationToken cancellationToken)
    {
        var result = await client.MeasureAsync(prompts.Next(), due, cancellationToken);
        if (result.Error is not null)
        {
            Interlocked.Increment(ref _failed);
        }

        _results.Enqueue(result);
        return result;
    }
}
