using System.Diagnostics;
using System.Text.Json.Serialization;

namespace Rill.CommandLine.LoadTest;

/// <summary>What one load showed. Its members, in snake case, are those of the JSON (docs/load-test.md).</summary>
internal sealed record LevelReport
{
    /// <summary>Streams at once; null at a rate.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int? Concurrency { get; init; }

    /// <summary>Requests a second that were sent; null for streams.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? Rate { get; init; }

    /// <summary>What throughput is divided by: from the first request to the last answer's end, or the duration that was asked for.</summary>
    public double Seconds { get; init; }

    /// <summary>Requests that were sent.</summary>
    public int Requests { get; init; }

    /// <summary>Of these, the ones that failed; times and tokens are those of the others.</summary>
    public int Failed { get; init; }

    /// <summary>Failures by kind.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>One message of each kind.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Messages { get; init; } = new Dictionary<string, string>();

    /// <summary>Answers that ended within the time, a second.</summary>
    public double RequestsPerSecond { get; init; }

    /// <summary>Tokens that came within the time, a second.</summary>
    public double OutputTokensPerSecond { get; init; }

    /// <summary>Prompt tokens of the requests whose first token came within the time, a second.</summary>
    public double InputTokensPerSecond { get; init; }

    /// <summary>Tokens of a prompt on average; null where the server does not count.</summary>
    public double? PromptTokensMean { get; init; }

    /// <summary>Tokens of an answer on average.</summary>
    public double CompletionTokensMean { get; init; }

    /// <summary>Part of all prompt tokens that came from the server's cache, 0 to 1; null where it does not count.</summary>
    public double? CachedPart { get; init; }

    /// <summary><c>usage</c>, or <c>chunks</c> where the server does not count tokens.</summary>
    public required string TokensCountedBy { get; init; }

    /// <summary>Most milliseconds that a request was sent too late: a sender that is too slow shows here.</summary>
    public double SendLagMsMax { get; init; }

    /// <summary>To the first token.</summary>
    public Distribution? TtftMs { get; init; }

    /// <summary>Between neighbouring chunks of a stream.</summary>
    public Distribution? ItlMs { get; init; }

    /// <summary>For each token after the first, by request.</summary>
    public Distribution? TpotMs { get; init; }

    /// <summary>To the end of the answer.</summary>
    public Distribution? E2eMs { get; init; }

    /// <summary>Times to the first token, sorted, for the plot.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> FirstTokens { get; init; } = [];

    /// <summary>Sums up.</summary>
    /// <param name="level">The load.</param>
    /// <param name="results">All requests of it.</param>
    /// <param name="start">When it began.</param>
    /// <param name="end">When its time ended.</param>
    public static LevelReport Of(LoadLevel level, IReadOnlyList<RequestResult> results, long start, long end)
    {
        var seconds = Stopwatch.GetElapsedTime(start, end).TotalSeconds;
        var good = results.Where(result => result.Error is null).ToList();
        var bad = results.Where(result => result.Error is not null).GroupBy(result => result.Error!).ToList();
        var usages = good.Select(result => result.Usage).OfType<Client.TokenCounts>().ToList();
        return new LevelReport
        {
            Concurrency = level.Streams,
            Rate = level.Rate,
            Seconds = Math.Round(seconds, 3),
            Requests = results.Count,
            Failed = results.Count - good.Count,
            Errors = bad.ToDictionary(kind => kind.Key, kind => kind.Count()),
            Messages = bad.ToDictionary(kind => kind.Key, kind => kind.First().Message ?? ""),
            RequestsPerSecond = PerSecond(good.Count(result => result.Ended <= end)),
            OutputTokensPerSecond = PerSecond(good.Sum(result => result.TokensUntil(end))),
            InputTokensPerSecond = PerSecond(good.Where(result => result.Arrivals is [var first, ..] && first <= end).Sum(result => result.Usage?.Prompt ?? 0)),
            PromptTokensMean = usages.Count > 0 ? Math.Round(usages.Average(usage => usage.Prompt), 1) : null,
            CompletionTokensMean = good.Count > 0 ? Math.Round(good.Average(result => result.Tokens), 1) : 0,
            CachedPart = usages.Sum(usage => usage.Prompt) is > 0 and var prompts ? Math.Round((double)usages.Sum(usage => usage.Cached) / prompts, 3) : null,
            TokensCountedBy = usages.Count > 0 ? "usage" : "chunks",
            SendLagMsMax = results.Count > 0 ? Math.Round(results.Max(result => Stopwatch.GetElapsedTime(result.Due, result.Sent).TotalMilliseconds), 3) : 0,
            TtftMs = Distribution.Of(good.Select(result => result.FirstToken)),
            ItlMs = Distribution.Of(good.SelectMany(result => result.Gaps).Select(gap => (double?)gap)),
            TpotMs = Distribution.Of(good.Select(result => result.PerToken)),
            E2eMs = Distribution.Of(good.Select(result => (double?)result.EndToEnd)),
            FirstTokens = [.. good.Select(result => result.FirstToken).OfType<double>().Order()],
        };

        double PerSecond(double count) => seconds > 0 ? Math.Round(count / seconds, 2) : 0;
    }
}
