using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Rill.Chat;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Telemetry;

namespace Rill.FunctionApp.Http;

/// <summary>A request's way through the server, whichever endpoint it asks, and every way in which it can fail.</summary>
public sealed partial class Responder
{
    private readonly ModelGate _gate;
    private readonly BodyMemory _bodies;
    private readonly LargeRequests _large;
    private readonly RillOptions _options;
    private readonly RillMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal Responder(
        ModelGate gate, BodyMemory bodies, LargeRequests large, RillOptions options, RillMetrics metrics, TimeProvider time, ILogger<Responder> logger)
    {
        (_gate, _bodies, _large) = (gate, bodies, large);
        (_options, _metrics, _time, _logger) = (options, metrics, time, logger);
    }

    /// <summary>
    /// Reads, admits and answers a request to a POST endpoint; never throws, so that the host logs no failed invocation and cuts no
    /// connection on its own (contract M32).
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="context">The function that it came to.</param>
    /// <param name="read">Makes a request of the body.</param>
    /// <param name="endsWithClientsTimeout">
    /// True where the time that SDKs send along ends an answer without a stream (docs/adr/0105).
    /// </param>
    internal async Task RunAsync(HttpRequest request, FunctionContext context, ReadRequest read, bool endsWithClientsTimeout = true)
    {
        var http = request.HttpContext;
        if (!await Methods.IsPostAsync(http))
        {
            return;
        }

        var (limit, error) = RequestTimeout.Read(request, _options.RequestTimeoutSeconds);
        if (error is not null)
        {
            await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            return;
        }

        using var lifetime = new RequestLifetime(http, context, limit, _time);
        await RunAsync(request, lifetime, read, endsWithClientsTimeout ? RequestTimeout.Stainless(request) : null);
    }

    private async Task RunAsync(HttpRequest request, RequestLifetime lifetime, ReadRequest read, double? wholeSeconds)
    {
        var http = request.HttpContext;
        await using var stream = new EventStream(http, lifetime, _options, _metrics, _time);
        try
        {
            var (answer, error) = await AdmitAsync(request, stream, read, lifetime, wholeSeconds);
            if (answer is null)
            {
                await FailAsync(http, stream, error);
                return;
            }

            await using (answer)
            {
                await answer.WriteAsync(http, stream, lifetime, _options);
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
    private async Task<(IAnswer? Answer, ApiError? Error)> AdmitAsync(
        HttpRequest request, EventStream stream, ReadRequest read, RequestLifetime lifetime, double? wholeSeconds)
    {
        var cancellationToken = lifetime.Token;
        using var body = new RequestBody(_bodies, _options.MaxBodyBytes, _metrics);
        if (await body.ReadJsonAsync(request, cancellationToken) is { } refusal)
        {
            return (null, refusal);
        }

        var (asked, error) = await _large.RunAsync(body.Length, () => read(body), cancellationToken);
        if (asked is null)
        {
            return (null, error);
        }

        if (!asked.Stream && wholeSeconds is { } seconds)
        {
            lifetime.EndAfter(TimeSpan.FromSeconds(seconds));
        }

        error = asked.Stream
            ? await _gate.HoldStreamAsync(stream, asked.Places, cancellationToken)
            : await _gate.HoldAsync(asked.Places, cancellationToken);
        return error is null
            ? await _large.RunAsync(body.Length, () => asked.Start(_gate.Chat, body.Length, cancellationToken), cancellationToken)
            : (null, error);
    }

    private async Task FailAsync(HttpContext http, EventStream stream, ApiError? error)
    {
        try
        {
            if (error is null)
            {
                http.Abort();
            }
            else if (!http.Response.HasStarted)
            {
                await ErrorResponse.WriteAsync(http, error, http.RequestAborted);
            }
            else if (stream.HasStarted && !ErrorDialect.Of(http.Request).CutsStreams(_options))
            {
                await stream.FailAsync(error, _options.ErrorEnding);
            }
            else
            {
                await http.CutAsync(_time);
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
                _metrics.QueueRejected(RillMetrics.NoMemory);
                AnswerFailed(_logger, failure);
                return ApiError.Overloaded(RequestBody.RetryAfterSeconds);
            case EngineFaultException fault:
                return ChatService.Describe(fault);
            default:
                AnswerFailed(_logger, failure);
                return ApiError.Internal();
        }
    }

    [LoggerMessage(101, LogLevel.Error, "An answer failed.")]
    private static partial void AnswerFailed(ILogger logger, Exception failure);
}

/// <summary>Makes a request of its body, or the error to answer with.</summary>
internal delegate (IEndpointRequest? Request, ApiError? Error) ReadRequest(RequestBody body);
