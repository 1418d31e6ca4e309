using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rill.Chat;
using Rill.Chat.Output;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>A chat request's way through the server, as a stream or whole, and every way in which it can fail.</summary>
public sealed partial class ChatResponder
{
    private readonly ModelGate _gate;
    private readonly BodyMemory _bodies;
    private readonly LargeRequests _large;
    private readonly RillOptions _options;
    private readonly RillMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal ChatResponder(
        ModelGate gate, BodyMemory bodies, LargeRequests large, RillOptions options, RillMetrics metrics, TimeProvider time, ILogger<ChatResponder> logger)
    {
        (_gate, _bodies, _large) = (gate, bodies, large);
        (_options, _metrics, _time, _logger) = (options, metrics, time, logger);
    }

    /// <summary>Tells of a wish that is not fulfilled, where the answer is right without it.</summary>
    internal const string WarningHeader = "x-rill-warning";

    private const int LongestWarning = 500;

    /// <summary>Reads, admits and answers a request; never throws, so that the host logs no failed invocation and cuts no connection on its own (contract M32).</summary>
    internal async Task RunAsync(HttpRequest request, RequestLifetime lifetime)
    {
        var http = request.HttpContext;
        await using var stream = new EventStream(http, lifetime, _options, _metrics, _time);
        try
        {
            var (admitted, error) = await AdmitAsync(request, stream, lifetime.Token);
            if (admitted is null)
            {
                await FailAsync(http, stream, error);
                return;
            }

            await using (admitted.Generation)
            {
                Warn(http.Response, admitted.Generation.Warning);
                await AnswerAsync(http, admitted, stream, lifetime);
            }
        }
        catch (Exception failure)
        {
            await FailAsync(http, stream, Describe(failure, lifetime));
        }
    }

    /// <summary>
    /// Body and parsed form are let go when this returns: what a running answer holds is its prompt's tokens. While the model is loading
    /// the request waits here, where it asked for a stream with the stream begun.
    /// </summary>
    private async Task<(Admitted? Admitted, ApiError? Error)> AdmitAsync(HttpRequest request, EventStream stream, CancellationToken cancellationToken)
    {
        using var body = new RequestBody(_bodies, _options.MaxBodyBytes, _metrics);
        if (await body.ReadJsonAsync(request, cancellationToken) is { } refusal)
        {
            return (null, refusal);
        }

        var (chat, error) = await _large.RunAsync(body.Length, () => Parse(body), cancellationToken);
        if (chat is null)
        {
            return (null, error);
        }

        error = chat.Stream ? await _gate.HoldStreamAsync(stream, cancellationToken) : await _gate.HoldAsync(cancellationToken);
        var (generation, obstacle) = error is null
            ? await _large.RunAsync(body.Length, () => _gate.Chat.Start(chat, body.Length, cancellationToken), cancellationToken)
            : (null, error);
        return generation is null ? (null, obstacle) : (new Admitted(generation, chat.Stream, chat.StreamOptions), null);
    }

    private static (ChatCompletionRequest? Request, ApiError? Error) Parse(RequestBody body) =>
        ChatRequestReader.TryRead(body.Bytes, out var request, out var error) ? (request, null) : (null, error);

    /// <summary>Where a stream has begun already, while the model was loading, there is no place for it.</summary>
    private static void Warn(HttpResponse response, string? warning)
    {
        if (warning is not null && !response.HasStarted)
        {
            response.Headers[WarningHeader] = string.Concat(warning.Take(LongestWarning).Select(unit => unit is >= ' ' and <= '~' ? unit : '?'));
        }
    }

    private async Task AnswerAsync(HttpContext http, Admitted admitted, EventStream stream, RequestLifetime lifetime)
    {
        // Memory first: when the request ends early its sequences end there and then, whatever the answer is waiting for.
        var generation = admitted.Generation;
        using var abort = lifetime.Token.UnsafeRegister(_ => generation.Abort(CauseOf(lifetime.Cause)), null);
        try
        {
            if (admitted.Stream)
            {
                await new ChatStream(stream, generation, admitted.StreamOptions).RunAsync(_options.FirstTokenBeforeHeaders, lifetime.Token);
            }
            else
            {
                var answer = await ChatAnswer.ReadAsync(generation, lifetime.Token);
                await JsonResponse.WriteAsync(http, answer, OpenAIJson.Wire.ChatCompletion, cancellationToken: lifetime.Token);
            }
        }
        catch (Exception failure)
        {
            generation.Abort(failure switch
            {
                WriteTimeoutException => AbortCause.WriteTimeout,
                OperationCanceledException or IOException => CauseOf(lifetime.Cause),
                _ => AbortCause.Error,
            });
            throw;
        }
    }

    private async Task FailAsync(HttpContext http, EventStream stream, ApiError? error)
    {
        try
        {
            if (error is not null && !http.Response.HasStarted)
            {
                await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            }
            else if (error is not null && stream.HasStarted)
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
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return ApiError.BodyTooSlow();
            case OperationCanceledException or IOException:
                return null;
            case OutOfMemoryException:
                return ApiError.Overloaded(RequestBody.RetryAfterSeconds);
            case EngineFaultException fault:
                return ChatService.Describe(fault);
            default:
                AnswerFailed(_logger, failure);
                return ApiError.Internal();
        }
    }

    private static AbortCause CauseOf(EndCause cause) => cause switch
    {
        EndCause.Deadline => AbortCause.Deadline,
        EndCause.ReaderStalled => AbortCause.WriteTimeout,
        _ => AbortCause.Client,
    };

    [LoggerMessage(101, LogLevel.Error, "An answer failed.")]
    private static partial void AnswerFailed(ILogger logger, Exception failure);

    /// <summary>A request whose answer can begin, with all of it that the answer needs.</summary>
    private sealed record Admitted(ChatGeneration Generation, bool Stream, StreamOptions? StreamOptions);
}
