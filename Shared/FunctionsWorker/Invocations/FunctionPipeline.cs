using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.Middleware;
using Rill.FunctionsWorker.Functions;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Invocations;

/// <summary>What an invocation passes: the app's middleware, the function, then the result that the function returned.</summary>
internal sealed class FunctionPipeline(IReadOnlyDictionary<string, FunctionEntry> functions)
{
    private readonly ConcurrentDictionary<string, FunctionInvoker> _invokers = new();
    private FunctionExecutionDelegate? _pipeline;

    /// <summary>Sets the middleware, first one outermost. Called once, before the first invocation.</summary>
    public void SetMiddleware(IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        FunctionExecutionDelegate pipeline = context => _invokers[context.FunctionId].InvokeAsync((HttpFunctionContext)context);
        foreach (var step in middleware.Reverse())
        {
            pipeline = step(pipeline);
        }

        _pipeline = pipeline;
    }

    /// <summary>Makes a function callable. Throws <see cref="InvalidOperationException"/> if it is unknown or cannot be served.</summary>
    public void Load(string functionId)
    {
        if (!functions.TryGetValue(functionId, out var function))
        {
            throw new InvalidOperationException($"There is no function {functionId} in this app.");
        }

        _invokers[functionId] = new FunctionInvoker(function);
    }

    /// <summary>
    /// Runs a function. An exception becomes a failed result and, as far as HTTP still allows, a 500 without a body;
    /// once the response has begun, the connection is cut, which is the only way left to say that it is not whole.
    /// </summary>
    public async Task<StatusResult> RunAsync(InvocationRequest request, HttpContext http, CancellationToken cancellationToken)
    {
        try
        {
            var context = new HttpFunctionContext(request, functions[request.FunctionId], http, cancellationToken);
            await _pipeline!(context);
            await WriteAsync(context.Result, http);
            return StatusResults.Success();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return StatusResults.Cancelled();
        }
#pragma warning disable CA1031 // A function may throw anything; the worker goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (http.Response.HasStarted)
            {
                http.Abort();
            }
            else
            {
                http.Response.Clear();
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }

            return StatusResults.Failure(exception);
        }
    }

    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult value => value.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };
}
