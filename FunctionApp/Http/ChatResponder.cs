using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rill.Chat;
using Rill.Chat.Output;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>Answers an admitted chat request, as a stream or whole, and every way in which that can fail.</summary>
public sealed partial class ChatResponder
{
    private readonly RillOptions _options;
    private readonly RillMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>One for the app.</summary>
    public ChatResponder(IOptions<RillOptions> options, RillMetrics metrics, TimeProvider time, ILogger<ChatResponder> logger) =>
        (_options, _metrics, _time, _logger) = (options.Value, metrics, time, logger);

    /// <summary>Answers, on the stream that was started while the model was loading if there is one; never throws, so that the host logs no failed invocation and cuts no connection on its own (contract M32).</summary>
    internal async Task AnswerAsync(
        HttpContext http, ChatCompletionRequest request, ChatGeneration generation, RequestLifetime lifetime, EventStream? started)
    {
        // Memory first: when the request ends early its sequences end there and then, whatever the answer is waiting for.
        using var abort = lifetime.Token.UnsafeRegister(_ => generation.Abort(CauseOf(lifetime)), null);
        await using var stream = request.Stream ? started ?? new EventStream(http, lifetime, _options, _metrics, _time) : null;
        try
        {
            if (stream is null)
            {
                var answer = await ChatAnswer.ReadAsync(generation, lifetime.Token);
                await JsonResponse.WriteAsync(http, answer, OpenAIJson.Wire.ChatCompletion, cancellationToken: lifetime.Token);
            }
            else
            {
                await new ChatStream(stream, generation, request.StreamOptions).RunAsync(_options.FirstTokenBeforeHeaders, lifetime.Token);
            }
        }
        catch (Exception failure)
        {
            generation.Abort(failure is WriteTimeoutException ? AbortCause.WriteTimeout : AbortCause.Error);
            await FailAsync(http, stream, Describe(failure, lifetime));
        }
    }

    /// <summary>Answers with an error: on the stream where one was started while the model was loading, else as a status.</summary>
    internal async Task RefuseAsync(HttpContext http, EventStream? started, ApiError error)
    {
        await FailAsync(http, started, error);
        if (started is not null)
        {
            await started.DisposeAsync();
        }
    }

    private async Task FailAsync(HttpContext http, EventStream? stream, ApiError? error)
    {
        try
        {
            if (error is not null && !http.Response.HasStarted)
            {
                await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            }
            else if (error is not null && stream is not null)
            {
                await stream.FailAsync(error.ToBody(), _options.ErrorEnding);
            }
            else
            {
                http.Abort();
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            http.Abort();
        }
    }

    /// <summary>What the client is told; null when no client is there to tell.</summary>
    private ApiError? Describe(Exception failure, RequestLifetime lifetime)
    {
        switch (failure)
        {
            case OperationCanceledException when lifetime.Cause == EndCause.Deadline:
                _metrics.DeadlinesExceeded.Add(1);
                return ApiError.DeadlineExceeded();
            case OperationCanceledException when lifetime.Cause == EndCause.FunctionCancelled:
                // The host's own time limit, or its notice that the client left, which may come before the closed connection does.
                return ApiError.DeadlineExceeded();
            case OperationCanceledException or IOException:
                return null;
            case EngineFaultException fault:
                return ChatService.Describe(fault);
            default:
                AnswerFailed(_logger, failure);
                return ApiError.Internal();
        }
    }

    private static AbortCause CauseOf(RequestLifetime lifetime) =>
        lifetime.Cause == EndCause.Deadline ? AbortCause.Deadline : AbortCause.Client;

    [LoggerMessage(101, LogLevel.Error, "An answer failed.")]
    private static partial void AnswerFailed(ILogger logger, Exception failure);
}
