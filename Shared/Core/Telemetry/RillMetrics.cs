using System.Diagnostics.Metrics;

namespace Rill.Telemetry;

/// <summary>
/// The instruments of the meter "Rill" under vLLM's names (contract F.1), so that its dashboards fit, and a few of our own. A name is
/// written with a dot here (`vllm.x`) and with a colon by /metrics (`vllm:x`), since OpenTelemetry's SDK drops names with a colon.
/// </summary>
public sealed class RillMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Rill";

    /// <summary>Why a request is refused at admission: every place is taken.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>Why a request is refused at admission: the server goes down.</summary>
    public const string Draining = "draining";

    /// <summary>Why a request is refused at admission: the bodies of others fill their memory.</summary>
    public const string BodiesFull = "bodies_full";

    /// <summary>Why a request is refused: the process got no memory for it.</summary>
    public const string NoMemory = "no_memory";

    private readonly Counter<long> _requestSuccess;
    private readonly Counter<long> _streamAborts;
    private readonly Counter<long> _queueRejections;

    /// <summary>Creates the meter and its instruments. One per process, except in tests.</summary>
    /// <param name="start">The process's start; a new one when null.</param>
    public RillMetrics(StartTimeline? start = null)
    {
        Start = start ?? new StartTimeline();
        Start.Publish(Meter);
        PromptTokens = Counter("vllm.prompt_tokens", "Prompt tokens processed.");
        PromptTokensCached = Counter("vllm.prompt_tokens_cached", "Prompt tokens taken from the prefix cache.");
        GenerationTokens = Counter("vllm.generation_tokens", "Tokens generated.");
        _requestSuccess = Counter("vllm.request_success", "Sequences that ended, by reason.");
        DraftTokens = Counter("vllm.spec_decode_num_draft_tokens", "Tokens computed on a guess.");
        AcceptedDraftTokens = Counter("vllm.spec_decode_num_accepted_tokens", "Those that were right: steps saved.");
        Preemptions = Counter("vllm.num_preemptions", "Sequences put back into the queue because memory was short.");
        PrefixCacheQueries = Counter("vllm.prefix_cache_queries", "Prompt tokens looked up in the prefix cache.");
        PrefixCacheHits = Counter("vllm.prefix_cache_hits", "Prompt tokens found in the prefix cache.");

        TimeToFirstToken = Seconds("vllm.time_to_first_token_seconds", "From arrival to the first token.", Buckets.FirstToken);
        InterTokenLatency = Seconds("vllm.inter_token_latency_seconds", "Between two tokens of a sequence.", Buckets.InterToken);
        EndToEndLatency = Seconds("vllm.e2e_request_latency_seconds", "From arrival to the last token.", Buckets.Request);
        QueueTime = Seconds("vllm.request_queue_time_seconds", "In the queue.", Buckets.Request);
        PrefillTime = Seconds("vllm.request_prefill_time_seconds", "From the first step to the first token.", Buckets.Request);
        DecodeTime = Seconds("vllm.request_decode_time_seconds", "From the first token to the last.", Buckets.Request);
        InferenceTime = Seconds("vllm.request_inference_time_seconds", "From the first step to the last token.", Buckets.Request);

        RequestPromptTokens = Tokens("vllm.request_prompt_tokens", "Prompt tokens of a request.", Buckets.Tokens);
        RequestGenerationTokens = Tokens("vllm.request_generation_tokens", "Tokens generated for a sequence.", Buckets.Tokens);
        IterationTokens = Tokens("vllm.iteration_tokens_total", "Tokens computed in a step.", Buckets.Iteration);
        RequestChoices = Tokens("vllm.request_params_n", "The n of a request.", Buckets.Choices);
        RequestMaxTokens = Tokens("vllm.request_params_max_tokens", "The token limit of a request.", Buckets.Tokens);

        _streamAborts = Counter("rill.stream_abort", "Sequences cancelled, by phase and cause.");
        _queueRejections = Counter("rill.queue_rejected", "Requests refused at admission, by reason.");
        StreamStalled = Counter("rill.stream_stalled", "Times a sequence paused because its reader lagged behind.");
        Pings = Counter("rill.ping", "Keep-alive comments sent.");
        DeadlinesExceeded = Counter("rill.deadline_exceeded", "Requests that met their deadline.");
        TimeToHeaders = Seconds("rill.time_to_headers_seconds", "From arrival to the response's headers.", Buckets.FirstToken);
        ColdStart = Seconds("rill.cold_start_seconds", "From the process's start to ready.", Buckets.Request);
        Meter.CreateObservableGauge("rill.process_memory_bytes", () => Environment.WorkingSet, description: "Memory that the process has, mapped weights included.");
    }

    /// <summary>The meter that owns the instruments; exporters tell several instances apart by it.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>When the phases of the process's start ended.</summary>
    public StartTimeline Start { get; }

    /// <summary>Prompt tokens of sequences whose prefill is done, cached ones included.</summary>
    public Counter<long> PromptTokens { get; }

    /// <summary>The cached part of <see cref="PromptTokens"/>.</summary>
    public Counter<long> PromptTokensCached { get; }

    /// <summary>Sampled tokens.</summary>
    public Counter<long> GenerationTokens { get; }

    /// <summary>Tokens that were computed on a guess.</summary>
    public Counter<long> DraftTokens { get; }

    /// <summary>Guessed tokens that were right and that a token was sampled behind: each saved its sequence a step.</summary>
    public Counter<long> AcceptedDraftTokens { get; }

    /// <summary>Preempted sequences.</summary>
    public Counter<long> Preemptions { get; }

    /// <summary>Prompt tokens looked up in the prefix cache.</summary>
    public Counter<long> PrefixCacheQueries { get; }

    /// <summary>Prompt tokens found there.</summary>
    public Counter<long> PrefixCacheHits { get; }

    /// <summary>Seconds from arrival (before tokenizing) to the first token.</summary>
    public Histogram<double> TimeToFirstToken { get; }

    /// <summary>Seconds between two tokens of a sequence.</summary>
    public Histogram<double> InterTokenLatency { get; }

    /// <summary>Seconds from arrival to the last token.</summary>
    public Histogram<double> EndToEndLatency { get; }

    /// <summary>Seconds in the queue.</summary>
    public Histogram<double> QueueTime { get; }

    /// <summary>Seconds from the first step to the first token.</summary>
    public Histogram<double> PrefillTime { get; }

    /// <summary>Seconds from the first token to the last.</summary>
    public Histogram<double> DecodeTime { get; }

    /// <summary>Seconds from the first step to the last token.</summary>
    public Histogram<double> InferenceTime { get; }

    /// <summary>Prompt tokens per sequence.</summary>
    public Histogram<double> RequestPromptTokens { get; }

    /// <summary>Completion tokens per sequence.</summary>
    public Histogram<double> RequestGenerationTokens { get; }

    /// <summary>Tokens per step (a histogram in spite of vLLM's name).</summary>
    public Histogram<double> IterationTokens { get; }

    /// <summary>Choices per request; recorded where requests are read.</summary>
    public Histogram<double> RequestChoices { get; }

    /// <summary>Token limit per request; recorded where requests are read.</summary>
    public Histogram<double> RequestMaxTokens { get; }

    /// <summary>Pauses of sequences with slow readers.</summary>
    public Counter<long> StreamStalled { get; }

    /// <summary>Keep-alive comments.</summary>
    public Counter<long> Pings { get; }

    /// <summary>Requests whose deadline passed.</summary>
    public Counter<long> DeadlinesExceeded { get; }

    /// <summary>Seconds from arrival to headers.</summary>
    public Histogram<double> TimeToHeaders { get; }

    /// <summary>Seconds from the process's start to ready.</summary>
    public Histogram<double> ColdStart { get; }

    /// <summary>Counts the end of a sequence; the reason is one of stop, length, abort, error.</summary>
    public void SequenceEnded(string reason) => _requestSuccess.Add(1, new KeyValuePair<string, object?>("finished_reason", reason));

    /// <summary>Counts a cancelled sequence; the phase is one of queue, prefill, decode.</summary>
    public void StreamAborted(string phase, string cause)
        => _streamAborts.Add(1, new KeyValuePair<string, object?>("phase", phase), new KeyValuePair<string, object?>("cause", cause));

    /// <summary>Counts a request refused at admission; the reason is one of those that are named here.</summary>
    public void QueueRejected(string reason) => _queueRejections.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Publishes the engine's gauges: sequences running and waiting, and the KV cache's use in [0, 1].</summary>
    public void ObserveEngine(Func<int> running, Func<int> waiting, Func<double> kvUsage)
    {
        Meter.CreateObservableGauge("vllm.num_requests_running", running, description: "Sequences that run.");
        Meter.CreateObservableGauge("vllm.num_requests_waiting", waiting, description: "Sequences that wait.");
        Meter.CreateObservableGauge("vllm.kv_cache_usage_perc", kvUsage, description: "Part of the KV cache in use, 0 to 1.");
    }

    /// <summary>Shows a new listener the counters at zero: a rate needs the value before the first event.</summary>
    internal void Prime()
    {
        Counter<long>[] untagged =
        [
            PromptTokens, PromptTokensCached, GenerationTokens, Preemptions, PrefixCacheQueries, PrefixCacheHits,
            StreamStalled, Pings, DeadlinesExceeded, DraftTokens, AcceptedDraftTokens,
        ];
        foreach (var counter in untagged)
        {
            counter.Add(0);
        }

        foreach (var reason in new[] { "stop", "length", "abort", "error" })
        {
            _requestSuccess.Add(0, new KeyValuePair<string, object?>("finished_reason", reason));
        }

        foreach (var reason in new[] { QueueFull, Draining, BodiesFull, NoMemory })
        {
            _queueRejections.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }

        foreach (var phase in new[] { "queue", "prefill", "decode" })
        {
            foreach (var cause in new[] { "client", "deadline", "write_timeout", "shutdown", "error" })
            {
                _streamAborts.Add(0, new KeyValuePair<string, object?>("phase", phase), new KeyValuePair<string, object?>("cause", cause));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private Counter<long> Counter(string name, string description) => Meter.CreateCounter<long>(name, description: description);

    private Histogram<double> Seconds(string name, string description, double[] buckets) => Histogram(name, "s", description, buckets);

    private Histogram<double> Tokens(string name, string description, double[] buckets) => Histogram(name, null, description, buckets);

    private Histogram<double> Histogram(string name, string? unit, string description, double[] buckets)
        => Meter.CreateHistogram(name, unit, description, tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
