using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Invocations;

/// <summary>
/// Where the two halves of one invocation meet: the host's message over gRPC and the request it forwards over HTTP.
/// Either may come first.
/// </summary>
internal sealed class Invocation : IDisposable
{
    private readonly TaskCompletionSource<InvocationRequest> _message = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _http = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Ends with the host's message.</summary>
    public Task<InvocationRequest> Message => _message.Task;

    /// <summary>Ends when the HTTP request arrives; cancelled when it is no longer waited for.</summary>
    public Task Http => _http.Task;

    /// <summary>Signalled when the host cancels the invocation.</summary>
    public CancellationToken CancellationToken => _cancellation.Token;

    public void SetMessage(InvocationRequest request) => _message.TrySetResult(request);

    /// <summary>False if a request with this id came before, or came too late.</summary>
    public bool TryTakeHttp() => _http.TrySetResult();

    /// <summary>False if the HTTP request has arrived after all.</summary>
    public bool TryGiveUpHttp() => _http.TrySetCanceled();

    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The invocation ended at the same moment.
        }
    }

    public void Dispose() => _cancellation.Dispose();
}
