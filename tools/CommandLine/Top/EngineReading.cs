namespace Rill.CommandLine.Top;

/// <summary>How an engine does over an interval. Its members, in snake case, are those of the JSON (docs/command-line.md); what the server does not tell is null.</summary>
internal sealed record EngineReading
{
    private static readonly string[] s_outcomes = ["stop", "length", "abort", "error"];

    /// <summary>When it was read.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The server.</summary>
    public required string Url { get; init; }

    /// <summary>The model.</summary>
    public string? Model { get; init; }

    /// <summary>Seconds that rates and times are about.</summary>
    public double Seconds { get; init; }

    /// <summary>Sequences that run.</summary>
    public double? Running { get; init; }

    /// <summary>Sequences that wait.</summary>
    public double? Waiting { get; init; }

    /// <summary>Part of the KV cache in use, 0 to 1; the mean where a server has several engines.</summary>
    public double? KvCacheUsage { get; init; }

    /// <summary>Part of the prompt tokens that were found in the prefix cache, 0 to 1; null when none were looked up.</summary>
    public double? PrefixHits { get; init; }

    /// <summary>Prompt tokens a second.</summary>
    public double? InputTokensPerSecond { get; init; }

    /// <summary>Generated tokens a second.</summary>
    public double? OutputTokensPerSecond { get; init; }

    /// <summary>Milliseconds to the first token; null when none came.</summary>
    public Quantiles? TtftMs { get; init; }

    /// <summary>Milliseconds between tokens; null when none came.</summary>
    public Quantiles? ItlMs { get; init; }

    /// <summary>Requests that ended within the interval, by outcome.</summary>
    public required IReadOnlyDictionary<string, double> Ended { get; init; }

    /// <summary>Requests that have ended since the server's start, by outcome.</summary>
    public required IReadOnlyDictionary<string, double> EndedInAll { get; init; }

    /// <summary>Requests that were refused within the interval.</summary>
    public double? Refused { get; init; }

    /// <summary>Bytes of memory that the process has.</summary>
    public double? MemoryBytes { get; init; }

    /// <summary>What two readings of a server's metrics, one after another, say.</summary>
    public static EngineReading Between(string url, DateTimeOffset at, double seconds, MetricsText earlier, MetricsText later)
    {
        return new EngineReading
        {
            At = at,
            Url = url,
            Model = later.Model,
            Seconds = Math.Round(seconds, 3),
            Running = later.Sum("vllm:num_requests_running"),
            Waiting = later.Sum("vllm:num_requests_waiting"),
            KvCacheUsage = later.Mean("vllm:kv_cache_usage_perc") ?? later.Mean("vllm:gpu_cache_usage_perc"),
            PrefixHits = Grown("vllm:prefix_cache_queries_total") is > 0 and var queries ? Math.Round((Grown("vllm:prefix_cache_hits_total") ?? 0) / queries, 4) : null,
            InputTokensPerSecond = PerSecond("vllm:prompt_tokens_total"),
            OutputTokensPerSecond = PerSecond("vllm:generation_tokens_total"),
            TtftMs = Quantiles.Of(HistogramDelta.Between("vllm:time_to_first_token_seconds", earlier, later)),
            ItlMs = Quantiles.Of(HistogramDelta.Between("vllm:inter_token_latency_seconds", earlier, later)),
            Ended = Outcomes(later, earlier),
            EndedInAll = Outcomes(later, null),
            Refused = Grown("rill:queue_rejected_total"),
            MemoryBytes = later.Sum("rill:process_memory_bytes") ?? later.Sum("process_resident_memory_bytes"),
        };

        double? Grown(string name) => later.Sum(name) is { } now ? Math.Max(0, now - (earlier.Sum(name) ?? 0)) : null;

        double? PerSecond(string name) => Grown(name) is { } grown && seconds > 0 ? Math.Round(grown / seconds, 2) : null;
    }

    private static Dictionary<string, double> Outcomes(MetricsText later, MetricsText? earlier) => s_outcomes.ToDictionary(
        outcome => outcome, outcome => Math.Max(0, Count(later, outcome) - (earlier is null ? 0 : Count(earlier, outcome))));

    private static double Count(MetricsText text, string outcome) =>
        text.All("vllm:request_success_total").Where(sample => sample.Labels.GetValueOrDefault("finished_reason") == outcome).Sum(sample => sample.Value);
}

/// <summary>Milliseconds that parts of all values lie below.</summary>
/// <param name="P50">Half of them.</param>
/// <param name="P90">Nine of ten.</param>
/// <param name="P99">99 of 100.</param>
internal sealed record Quantiles(double P50, double P90, double P99)
{
    /// <summary>Of a histogram of seconds; null when nothing came.</summary>
    public static Quantiles? Of(HistogramDelta histogram) => histogram.Count > 0 ? new(At(histogram, 0.5), At(histogram, 0.9), At(histogram, 0.99)) : null;

    private static double At(HistogramDelta histogram, double part) => Math.Round(1000 * (histogram.Quantile(part) ?? 0), 3);
}
