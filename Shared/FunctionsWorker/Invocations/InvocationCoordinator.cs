using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Rill.FunctionsWorker.Hosting;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Invocations;

/// <summary>
/// Joins each forwarded HTTP request to the host's message about it, by the header x-ms-invocation-id, and runs the function
/// on the request's own thread, so that nothing of the worker stands between a function and its response stream.
/// </summary>
internal sealed class InvocationCoordinator(FunctionPipeline pipeline, HostOutbox outbox)
{
    private const string InvocationIdHeader = "x-ms-invocation-id";
    private static readonly TimeSpan s_messageTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_httpTimeout = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, Invocation> _invocations = new();

    /// <summary>The host announces an invocation.</summary>
    public void Begin(InvocationRequest request)
    {
        var invocation = _invocations.GetOrAdd(request.InvocationId, static _ => new Invocation());
        invocation.SetMessage(request);
        if (!invocation.Http.IsCompleted)
        {
            _ = AwaitHttpAsync(request.InvocationId, invocation);
        }
    }

    /// <summary>The host cancels an invocation.</summary>
    public void Cancel(string invocationId)
    {
        if (_invocations.TryGetValue(invocationId, out var invocation))
        {
            invocation.Cancel();
        }
    }

    /// <summary>The host is gone: nobody waits for the results any more.</summary>
    public void CancelAll()
    {
        foreach (var invocation in _invocations.Values)
        {
            invocation.Cancel();
        }
    }

    /// <summary>
    /// Serves a forwarded request. One that did not come through the host gets 500: at once without an invocation id,
    /// and after 5 seconds with one that the host does not announce.
    /// </summary>
    public async Task RunAsync(HttpContext http)
    {
        string? id = http.Request.Headers[InvocationIdHeader];
        if (string.IsNullOrEmpty(id))
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var invocation = _invocations.GetOrAdd(id, static _ => new Invocation());
        if (!invocation.TryTakeHttp())
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        try
        {
            var request = await invocation.Message.WaitAsync(s_messageTimeout, http.RequestAborted);
            CurrentInvocation.Id = id;
            await RunAsync(request, http, invocation.CancellationToken);
        }
        catch (TimeoutException) when (!invocation.Message.IsCompleted)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
        catch (OperationCanceledException) when (!invocation.Message.IsCompleted)
        {
            // The client left before the message came. Should it come still, AwaitHttpAsync answers it.
        }
        finally
        {
            Remove(id, invocation);
        }
    }

    // Tells the host how the function ended. An exception becomes a 500 without a body; once the response has begun it goes on to
    // Kestrel, which then sends what was written and closes the connection without an end: the only way left to say "not whole".
    private async Task RunAsync(InvocationRequest request, HttpContext http, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.RunAsync(request, http, cancellationToken);
            Respond(request.InvocationId, StatusResults.Success());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            Respond(request.InvocationId, StatusResults.Cancelled());
        }
        catch (Exception exception)
        {
            Respond(request.InvocationId, StatusResults.Failure(exception));
            if (http.Response.HasStarted)
            {
                throw;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private async Task AwaitHttpAsync(string id, Invocation invocation)
    {
        try
        {
            await invocation.Http.WaitAsync(s_httpTimeout, invocation.CancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (invocation.TryGiveUpHttp())
            {
                Remove(id, invocation);
                Respond(id, exception is TimeoutException
                    ? StatusResults.Failure(new TimeoutException("The HTTP request of the invocation did not arrive within 15 seconds."))
                    : StatusResults.Cancelled());
            }
        }
    }

    private void Respond(string id, StatusResult result) =>
        outbox.Send(new StreamingMessage { InvocationResponse = new InvocationResponse { InvocationId = id, Result = result } });

    private void Remove(string id, Invocation invocation)
    {
        _invocations.TryRemove(id, out _);
        invocation.Dispose();
    }
}
