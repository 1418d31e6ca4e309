using Rill.LocalHost.Protocol;
using Yarp.ReverseProxy.Forwarder;

namespace Rill.LocalHost;

/// <summary>Takes each request to its function: announces it over gRPC and forwards it over HTTP.</summary>
internal sealed class FunctionForwarder(HostSettings settings, WorkerSupervisor supervisor, IHttpForwarder forwarder)
{
    private const string InvocationIdHeader = "x-ms-invocation-id";
    private static readonly TimeSpan s_timeoutGrace = TimeSpan.FromSeconds(2);
    private static readonly ForwarderRequestConfig s_request = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    /// <summary>Serves a request as the real host does: 503 with no worker, 404 with no function, otherwise what the function says.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (supervisor.Serving is not { } worker)
        {
            await Refusal.NotRunning.WriteAsync(context);
            return;
        }

        if (Refusal.Of(context.Request) is { } refusal)
        {
            await refusal.WriteAsync(context);
            return;
        }

        var routeValues = new RouteValueDictionary();
        var function = worker.Routes.FirstOrDefault(route => route.Matches(context.Request, routeValues));
        if (function is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await ForwardAsync(context, worker, function, routeValues);
    }

    private async Task ForwardAsync(HttpContext context, WorkerInstance worker, FunctionRoute function, RouteValueDictionary routeValues)
    {
        var id = Guid.NewGuid().ToString();
        context.Request.Headers[InvocationIdHeader] = id; // a client's own must not choose the invocation (4.1037 lets it, and fails; newer hosts do not)
        var forwarding = forwarder.SendAsync(context, worker.HttpUri, worker.Connections, s_request, WorkerTransformer.Instance).AsTask();
        var invocation = worker.Invoke(id, function, context.Request, routeValues);
        await using var leaving = context.RequestAborted.Register(() => worker.Cancel(id));
        var timeout = new CancellationTokenSource(); // outlives the request if the function does
        await using var cutting = timeout.Token.Register(context.Abort);
        var ending = BoundAsync(worker, id, invocation, timeout);
        var error = await forwarding;
        if (error != ForwarderError.None || WorkerTransformer.WasRefused(context))
        {
            // Kinder than the real host, which waits for the invocation: one whose request never arrived takes 15 s to fail.
            worker.Cancel(id);
            await AnswerFailureAsync(context, error);
            return;
        }

        await EndAsync(context, function, await ending);
    }

    private static Task AnswerFailureAsync(HttpContext context, ForwarderError error) =>
        error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested
            ? Task.CompletedTask
            : Refusal.For(error, context.GetForwarderErrorFeature()?.Exception).WriteAsync(context);

    // The worker ends the body of a failed function in order; the client must not take what it has for the whole.
    private static async Task EndAsync(HttpContext context, FunctionRoute function, StatusResult result)
    {
        if (result.Status != StatusResult.Types.Status.Failure || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
        }
        else
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        if (result.Exception is { } exception)
        {
            await Console.Error.WriteLineAsync(
                $"Function {function.Metadata.Name} failed: {exception.Type}: {exception.Message}{Environment.NewLine}{exception.StackTrace}");
        }
    }

    // functionTimeout as the real host has it: the client is cut off; a function that obeys its cancellation keeps its worker,
    // one that does not takes the worker with it.
    private async Task<StatusResult> BoundAsync(WorkerInstance worker, string id, Task<StatusResult> invocation, CancellationTokenSource timeout)
    {
        try
        {
            return await invocation.WaitAsync(settings.FunctionTimeout);
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync($"Timeout value of {settings.FunctionTimeout} exceeded: cancelling invocation {id}.");
            worker.Cancel(id);
        }

        if (await Task.WhenAny(invocation, Task.Delay(s_timeoutGrace)) != invocation)
        {
            supervisor.Restart(worker);
        }

        await timeout.CancelAsync();
        return await invocation;
    }
}
