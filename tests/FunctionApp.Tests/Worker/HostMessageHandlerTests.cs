using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Rill.FunctionsWorker.Functions;
using Rill.FunctionsWorker.Hosting;
using Rill.FunctionsWorker.Invocations;
using Rill.FunctionsWorker.Protocol;
using Content = Rill.FunctionsWorker.Protocol.StreamingMessage.ContentOneofCase;
using Status = Rill.FunctionsWorker.Protocol.StatusResult.Types.Status;

namespace Rill.FunctionApp.Tests.Worker;

/// <summary>What the worker answers to the host's messages, one by one.</summary>
public sealed class HostMessageHandlerTests : IDisposable
{
    private readonly HostOutbox _outbox = new();
    private readonly ConfigurationManager _configuration = new();
    private readonly Lifetime _lifetime = new();
    private readonly HostOptions _hostOptions = new() { ShutdownTimeout = TimeSpan.FromSeconds(30) };
    private readonly HostMessageHandler _handler;

    public HostMessageHandlerTests()
    {
        var functions = FunctionCatalog.Discover(typeof(RillOptions).Assembly);
        var pipeline = new FunctionPipeline(functions);
        _handler = new HostMessageHandler(
            functions, pipeline, new InvocationCoordinator(pipeline, _outbox), _outbox, new Server(), _configuration, _lifetime, Options.Create(_hostOptions));
    }

    [Fact]
    public async Task Init_TellsWhereHttpGoes_AndWhatIsHandled()
    {
        var answer = await AnswerAsync(new StreamingMessage { WorkerInitRequest = new WorkerInitRequest() });

        var capabilities = answer.WorkerInitResponse.Capabilities;
        Assert.Equal(Status.Success, answer.WorkerInitResponse.Result.Status);
        Assert.Equal("http://127.0.0.1:5/", capabilities["HttpUri"]);
        Assert.Contains("RpcHttpBodyOnly", capabilities.Keys);
        Assert.Contains("RpcHttpTriggerMetadataRemoved", capabilities.Keys);
        Assert.Contains("HandlesInvocationCancelMessage", capabilities.Keys);
        Assert.Contains("HandlesWorkerTerminateMessage", capabilities.Keys);
        Assert.Contains("WorkerStatus", capabilities.Keys);
    }

    [Fact]
    public async Task Metadata_OfEachFunction_CarriesItsTrigger()
    {
        var answer = await AnswerAsync(new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest() });

        var response = answer.FunctionMetadataResponse;
        Assert.Equal(Status.Success, response.Result.Status);
        Assert.False(response.UseDefaultMetadataIndexing);
        var chat = response.FunctionMetadataResults.Single(function => function.Name == "ChatCompletions");
        Assert.Equal("dotnet-isolated", chat.Language);
        Assert.Equal("Rill.FunctionApp.dll", chat.ScriptFile);
        Assert.Equal("httpTrigger", Assert.Single(chat.Bindings).Value.Type);
        Assert.Equal(
            """{"name":"request","direction":"In","type":"httpTrigger","authLevel":"Anonymous","route":"v1/chat/completions"}""",
            Assert.Single(chat.RawBindings));
    }

    [Theory]
    [InlineData("ChatCompletions", Status.Success)]
    [InlineData("NoSuchFunction", Status.Failure)]
    public async Task Load_KnownFunctionOnly_Succeeds(string id, object expected)
    {
        var answer = await AnswerAsync(new StreamingMessage { FunctionLoadRequest = new FunctionLoadRequest { FunctionId = id } });

        Assert.Equal(id, answer.FunctionLoadResponse.FunctionId);
        Assert.Equal(expected, answer.FunctionLoadResponse.Result.Status);
    }

    [Fact]
    public async Task Status_IsAnsweredUnderTheSameRequestId()
    {
        var answer = await AnswerAsync(new StreamingMessage { RequestId = "r1", WorkerStatusRequest = new WorkerStatusRequest() });

        Assert.Equal(Content.WorkerStatusResponse, answer.ContentCase);
        Assert.Equal("r1", answer.RequestId);
    }

    [Fact]
    public async Task Reload_NewVariables_ReachTheConfiguration()
    {
        const string name = "RILL_TEST_RELOADED";
        _configuration.AddEnvironmentVariables();
        try
        {
            var request = new FunctionEnvironmentReloadRequest { EnvironmentVariables = { [name] = "yes" } };
            var answer = await AnswerAsync(new StreamingMessage { FunctionEnvironmentReloadRequest = request });

            Assert.Equal(Status.Success, answer.FunctionEnvironmentReloadResponse.Result.Status);
            Assert.Contains("HttpUri", answer.FunctionEnvironmentReloadResponse.Capabilities.Keys);
            Assert.Equal("yes", _configuration[name]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void Terminate_WithAGrace_StopsTheAppWithinIt()
    {
        _handler.Handle(new StreamingMessage
        {
            WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) },
        });

        Assert.True(_lifetime.IsStopped);
        Assert.Equal(TimeSpan.FromSeconds(5), _hostOptions.ShutdownTimeout);
    }

    public void Dispose() => _configuration.Dispose();

    private async Task<StreamingMessage> AnswerAsync(StreamingMessage message)
    {
        _handler.Handle(message);
        _outbox.Complete();
        var answers = new List<StreamingMessage>();
        await foreach (var answer in _outbox.ReadAllAsync())
        {
            answers.Add(answer);
        }

        return Assert.Single(answers);
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public bool IsStopped { get; private set; }

        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => IsStopped = true;
    }

    private sealed class Server : IServer, IServerAddressesFeature
    {
        public Server() => Features.Set<IServerAddressesFeature>(this);

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public ICollection<string> Addresses { get; } = ["http://127.0.0.1:5/"];

        public bool PreferHostingUrls { get; set; }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
