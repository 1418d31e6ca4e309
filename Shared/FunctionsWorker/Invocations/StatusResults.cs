using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Invocations;

/// <summary>The three ways that a call can end, as the protocol says them.</summary>
internal static class StatusResults
{
    public static StatusResult Success() => new() { Status = StatusResult.Types.Status.Success };

    public static StatusResult Cancelled() => new() { Status = StatusResult.Types.Status.Cancelled };

    public static StatusResult Failure(Exception exception) => new()
    {
        Status = StatusResult.Types.Status.Failure,
        Exception = ToRpc(exception),
    };

    public static RpcException ToRpc(Exception exception) => new()
    {
        Message = exception.Message,
        StackTrace = exception.StackTrace ?? "",
        Source = exception.Source ?? "",
        Type = exception.GetType().FullName ?? "",
        IsUserException = true,
    };
}
