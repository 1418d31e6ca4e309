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

    /// <summary>Runs a function and what it returns. Throws what the function throws.</summary>
    public async Task RunAsync(InvocationRequest request, HttpContext http, CancellationToken cancellationToken)
    {
        var context = new HttpFunctionContext(request, functions[request.FunctionId], http, cancellationToken);
        await _pipeline!(context);
        await WriteAsync(context.Result, http);
    }

    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult value => value.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };
}
