using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Rill.WorkerTestApp;

/// <summary>Marks the response, and answers in the function's place when asked to.</summary>
internal sealed class StampMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext()!;
        http.Response.Headers.Append("x-steps", "outer");
        http.Response.Headers["x-function"] = context.FunctionDefinition.Name;
        if (http.Request.Query.ContainsKey("refuse"))
        {
            http.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return;
        }

        await next(context);
    }
}
