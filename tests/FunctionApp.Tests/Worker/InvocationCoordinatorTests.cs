using Microsoft.AspNetCore.Http;
using Rill.FunctionsWorker.Functions;
using Rill.FunctionsWorker.Hosting;
using Rill.FunctionsWorker.Invocations;
using Rill.FunctionsWorker.Protocol;
using Status = Rill.FunctionsWorker.Protocol.StatusResult.Types.Status;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>How the two halves of an invocation meet, and what happens when one stays away.</summary>
public sealed class InvocationCoordinatorTests
{
    private const string Function = "Answer";
    private readonly HostOutbox _outbox = new();
    private readonly InvocationCoordinator _coordinator;

    public InvocationCoordinatorTests()
    {
        var method = typeof(Functions).GetMethod(nameof(Functions.Answer))!;
        var entry = new FunctionEntry(Function, method, "request", new Microsoft.Azure.Functions.Worker.HttpTriggerAttribute());
        var pipeline = new FunctionPipeline(new Dictionary<string, FunctionEntry> { [Function] = entry });
        pipeline.SetMiddleware([]);
        pipeline.Load(Function);
        _coordinator = new InvocationCoordinator(pipeline, _outbox);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_WhicheverHalfComesFirst_CallsTheFunction(bool httpFirst)
    {
        var http = Http("i1");
        Task running;
        if (httpFirst)
        {
            running = _coordinator.RunAsync(http);
            Begin("i1");
        }
        else
        {
            Begin("i1");
            running = _coordinator.RunAsync(http);
        }

        await running;

        Assert.Equal(StatusCodes.Status202Accepted, http.Response.StatusCode);
        Assert.Equal(Status.Success, (await ResponseAsync()).Result.Status);
    }

    [Fact]
    public async Task Run_WithoutAnInvocationId_Gives500()
    {
        var http = new DefaultHttpContext();

        await _coordinator.RunAsync(http);

        Assert.Equal(StatusCodes.Status500InternalServerError, http.Response.StatusCode);
    }

    [Fact]
    public async Task Run_SecondRequestWithTheSameId_Gives500()
    {
        var first = _coordinator.RunAsync(Http("i1"));
        var second = Http("i1");

        await _coordinator.RunAsync(second);

        Assert.Equal(StatusCodes.Status500InternalServerError, second.Response.StatusCode);
        Begin("i1");
        await first;
    }

    [Fact]
    public async Task Cancel_BeforeTheRequestArrives_AnswersAtOnce()
    {
        Begin("i1");

        _coordinator.Cancel("i1");

        Assert.Equal(Status.Cancelled, (await ResponseAsync()).Result.Status);
    }

    private void Begin(string id) => _coordinator.Begin(new InvocationRequest { InvocationId = id, FunctionId = Function });

    private async Task<InvocationResponse> ResponseAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await foreach (var message in _outbox.ReadAllAsync().WithCancellation(patience.Token))
        {
            return message.InvocationResponse;
        }

        throw new InvalidOperationException("The outbox ended.");
    }

    private static DefaultHttpContext Http(string id)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers["x-ms-invocation-id"] = id;
        return http;
    }

    private static class Functions
    {
        public static void Answer(HttpRequest request) => request.HttpContext.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
