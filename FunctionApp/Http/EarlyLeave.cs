using Microsoft.Azure.Functions.Worker;

namespace Rill.FunctionApp.Http;

/// <summary>
/// Invocations that the worker would log as failed functions with their stacks, though nothing has failed: the client has left before its
/// call reached the worker, or the call came when the app had ended. It stands before everything else that an invocation passes.
/// </summary>
internal static class EarlyLeave
{
    /// <summary>Lets an invocation pass, and end without a word where nobody is there to answer or to be answered.</summary>
    public static async Task PassAsync(FunctionContext context, Func<Task> next)
    {
        try
        {
            await next();
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The client's end.
        }
        catch (ObjectDisposedException)
        {
            // The app's end: its services are gone, its server listens no more.
        }
    }
}
