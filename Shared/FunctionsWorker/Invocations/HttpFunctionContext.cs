using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Invocations;

/// <summary>An invocation that both the host and its HTTP request have arrived for.</summary>
internal sealed class HttpFunctionContext : FunctionContext
{
    private readonly InvocationRequest _request;

    public HttpFunctionContext(InvocationRequest request, FunctionDefinition definition, HttpContext http, CancellationToken cancellationToken)
    {
        _request = request;
        FunctionDefinition = definition;
        Http = http;
        InstanceServices = http.RequestServices;
        CancellationToken = cancellationToken;
        TraceContext = new RequestTraceContext(request.TraceContext);
        Items = new Dictionary<object, object> { [FunctionContextExtensions.HttpContextKey] = http };
    }

    /// <summary>The request and the response that the function streams to.</summary>
    public HttpContext Http { get; }

    /// <summary>What the function returned.</summary>
    public object? Result { get; set; }

    public override string InvocationId => _request.InvocationId;

    public override string FunctionId => _request.FunctionId;

    public override TraceContext TraceContext { get; }

    public override IServiceProvider InstanceServices { get; set; }

    public override FunctionDefinition FunctionDefinition { get; }

    public override IDictionary<object, object> Items { get; set; }

    public override CancellationToken CancellationToken { get; }

    private sealed class RequestTraceContext(RpcTraceContext? trace) : TraceContext
    {
        public override string TraceParent => trace?.TraceParent ?? "";

        public override string TraceState => trace?.TraceState ?? "";
    }
}
