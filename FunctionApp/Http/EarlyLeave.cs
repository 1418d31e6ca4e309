using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Rill.FunctionApp.Http;

/// <summary>
/// A client that leaves before its call has reached the worker ends the invocation, which the worker would log as a failed function with
/// its stack. It stands before the worker's own wait for the call.
/// </summary>
internal sealed class EarlyLeave : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
    }
}
