namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step around every invocation, made once by the app's services.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Runs the step; it calls <paramref name="next"/> to go on, or does not, to end the invocation.</summary>
    Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
