using System.Diagnostics;

namespace Rill.Telemetry;

/// <summary>
/// Spans under OpenTelemetry's names for generative AI (contract F.2), internal ones below the HTTP server's. They never hold content:
/// neither messages nor completions.
/// </summary>
public static class RillActivity
{
    /// <summary>The source's name, for a tracer's subscription.</summary>
    public const string SourceName = "Rill";

    private static readonly ActivitySource _source = new(SourceName);

    /// <summary>Starts the span `chat {model}`, or that of another operation; null when nobody listens.</summary>
    public static Activity? StartChat(string model, ChatSpanRequest request)
    {
        var activity = _source.StartActivity($"{request.Operation} {model}", ActivityKind.Internal);
        return activity?
            .SetTag("gen_ai.operation.name", request.Operation)
            .SetTag("gen_ai.provider.name", "rill")
            .SetTag("gen_ai.request.model", model)
            .SetTag("gen_ai.request.stream", request.Stream)
            .SetTag("gen_ai.request.choice.count", request.Choices)
            .SetTag("gen_ai.request.max_tokens", request.MaxTokens)
            .SetTag("gen_ai.request.temperature", request.Temperature)
            .SetTag("gen_ai.request.top_p", request.TopP)
            .SetTag("gen_ai.request.top_k", request.TopK)
            .SetTag("gen_ai.request.seed", request.Seed)
            .SetTag("gen_ai.request.frequency_penalty", request.FrequencyPenalty)
            .SetTag("gen_ai.request.presence_penalty", request.PresencePenalty);
    }

    /// <summary>Starts the span `embeddings {model}`; null when nobody listens.</summary>
    /// <param name="model">The model's id.</param>
    /// <param name="format">How the vectors are written: float or base64.</param>
    /// <param name="dimensions">Values of each.</param>
    public static Activity? StartEmbeddings(string model, string format, int dimensions) =>
        _source.StartActivity($"embeddings {model}", ActivityKind.Internal)?
            .SetTag("gen_ai.operation.name", "embeddings")
            .SetTag("gen_ai.provider.name", "rill")
            .SetTag("gen_ai.request.model", model)
            .SetTag("gen_ai.request.encoding_formats", new[] { format })
            .SetTag("gen_ai.embeddings.dimension.count", dimensions);

    /// <summary>Notes what a request for embeddings used.</summary>
    public static void CompleteEmbeddings(Activity? activity, int inputTokens) => activity?.SetTag("gen_ai.usage.input_tokens", inputTokens);

    /// <summary>Writes the span `start` of a process that has become ready.</summary>
    public static void Started(StartTimeline start) => start.Trace(_source);

    /// <summary>Notes how the request ended and what it used; for the time to the first chunk, null when there was none.</summary>
    public static void Complete(
        Activity? activity, string responseId, string[] finishReasons, int inputTokens, int outputTokens, int cachedTokens, TimeSpan? firstChunk)
        => activity?
            .SetTag("gen_ai.response.id", responseId)
            .SetTag("gen_ai.response.finish_reasons", finishReasons)
            .SetTag("gen_ai.response.time_to_first_chunk", firstChunk?.TotalSeconds)
            .SetTag("gen_ai.usage.input_tokens", inputTokens)
            .SetTag("gen_ai.usage.output_tokens", outputTokens)
            .SetTag("gen_ai.usage.cache_read.input_tokens", cachedTokens);

    /// <summary>Notes a failure by the error code that the client gets.</summary>
    public static void Fail(Activity? activity, string errorCode)
        => activity?.SetTag("error.type", errorCode).SetStatus(ActivityStatusCode.Error);
}
