using System.Net;
using System.Net.Sockets;
using Rill.LocalHost.Protocol;
using Yarp.ReverseProxy.Forwarder;

namespace Rill.LocalHost;

/// <summary>Takes each request to its function: announces it over gRPC and forwards it over HTTP.</summary>
internal sealed class FunctionForwarder(HostSettings settings, WorkerSupervisor supervisor, IHttpForwarder forwarder) : IDisposable
{
    private const string InvocationIdHeader = "x-ms-invocation-id";
    private static readonly TimeSpan s_timeoutGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_connectPause = TimeSpan.FromMilliseconds(20);
    private static readonly ForwarderRequestConfig s_request = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(supervisor, context.DnsEndPoint, cancellationToken),
    });

    /// <summary>Serves a request as the real host does: 503 with no worker, 404 with no function, otherwise what the function says.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (supervisor.Serving is not { } worker)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("Function host is not running.");
            return;
        }

        var function = worker.Routes.FirstOrDefault(route => route.Matches(context.Request));
        if (function is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await ForwardAsync(context, worker, function);
    }

    public void Dispose() => _client.Dispose();

    // A worker reports its functions before it listens, so a refused connection is tried again for as long as the worker lives.
    private static async ValueTask<Stream> ConnectAsync(WorkerSupervisor supervisor, DnsEndPoint address, CancellationToken cancellationToken)
    {
        var worker = supervisor.Serving;
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException refused) when (
                refused.SocketErrorCode == SocketError.ConnectionRefused && worker is not null && supervisor.Serving == worker)
            {
                socket.Dispose();
                await Task.Delay(s_connectPause, cancellationToken);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private async Task ForwardAsync(HttpContext context, WorkerInstance worker, FunctionRoute function)
    {
        var id = Guid.NewGuid().ToString();
        context.Request.Headers[InvocationIdHeader] = id; // a client's own header must not choose the invocation
        var forwarding = forwarder.SendAsync(context, worker.HttpUri, _client, s_request, ForwardedHeadersTransformer.Instance).AsTask();
        var invocation = worker.Invoke(
            id, function, context.Request.Headers.TraceParent.ToString(), context.Request.Headers.TraceState.ToString());
        await using var cancelling = context.RequestAborted.Register(() => worker.Cancel(id));
        var result = await AwaitResultAsync(context, worker, id, invocation);
        var error = await forwarding;
        if (!context.Response.HasStarted && (result.Status == StatusResult.Types.Status.Failure || error != ForwarderError.None))
        {
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        if (result.Exception is { } exception && !context.RequestAborted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(
                $"Function {function.Metadata.Name} failed: {exception.Type}: {exception.Message}{Environment.NewLine}{exception.StackTrace}");
        }
    }

    // functionTimeout as the real host has it: the client is cut off; a function that obeys its cancellation keeps its worker,
    // one that does not takes the worker with it.
    private async Task<StatusResult> AwaitResultAsync(HttpContext context, WorkerInstance worker, string id, Task<StatusResult> invocation)
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

        context.Abort();
        return await invocation;
    }
}
