namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>A step of the pipeline that an invocation passes; the last one calls the function.</summary>
public delegate Task FunctionExecutionDelegate(FunctionContext context);
