using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Rill.FunctionsWorker.Functions;
using Rill.FunctionsWorker.Invocations;
using Rill.FunctionsWorker.Protocol;
using Content = Rill.FunctionsWorker.Protocol.StreamingMessage.ContentOneofCase;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>Answers the host's messages.</summary>
internal sealed class HostMessageHandler(
    IReadOnlyDictionary<string, FunctionEntry> functions,
    FunctionPipeline pipeline,
    InvocationCoordinator coordinator,
    HostOutbox outbox,
    IServer server,
    IConfiguration configuration,
    IHostApplicationLifetime lifetime,
    IOptions<HostOptions> hostOptions)
{
    /// <summary>Acts on one message; the answer, where there is one, goes to the outbox. Does not block.</summary>
    public void Handle(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case Content.InvocationRequest:
                coordinator.Begin(message.InvocationRequest);
                break;
            case Content.InvocationCancel:
                coordinator.Cancel(message.InvocationCancel.InvocationId);
                break;
            case Content.WorkerTerminate:
                Terminate(message.WorkerTerminate);
                break;
            default:
                if (Answer(message) is { } answer)
                {
                    answer.RequestId = message.RequestId;
                    outbox.Send(answer);
                }

                break;
        }
    }

    private StreamingMessage? Answer(StreamingMessage message) => message.ContentCase switch
    {
        Content.WorkerInitRequest => new() { WorkerInitResponse = Init() },
        Content.FunctionsMetadataRequest => new() { FunctionMetadataResponse = Metadata() },
        Content.FunctionLoadRequest => new() { FunctionLoadResponse = Load(message.FunctionLoadRequest) },
        Content.WorkerStatusRequest => new() { WorkerStatusResponse = new WorkerStatusResponse() },
        Content.FunctionEnvironmentReloadRequest =>
            new() { FunctionEnvironmentReloadResponse = Reload(message.FunctionEnvironmentReloadRequest) },
        _ => null,
    };

    private WorkerInitResponse Init() => new()
    {
        WorkerVersion = WorkerVersion(),
        Capabilities = { Capabilities() },
        Result = StatusResults.Success(),
        WorkerMetadata = WorkerMetadata(),
    };

    private Dictionary<string, string> Capabilities() => new()
    {
        ["HttpUri"] = server.Features.Get<IServerAddressesFeature>()!.Addresses.First(),
        ["RpcHttpBodyOnly"] = bool.TrueString,
        ["RpcHttpTriggerMetadataRemoved"] = bool.TrueString,
        ["HandlesInvocationCancelMessage"] = bool.TrueString,
        ["HandlesWorkerTerminateMessage"] = bool.TrueString,
        ["WorkerStatus"] = bool.TrueString,
    };

    private FunctionMetadataResponse Metadata()
    {
        var response = new FunctionMetadataResponse { Result = StatusResults.Success() };
        foreach (var function in functions.Values)
        {
            response.FunctionMetadataResults.Add(new RpcFunctionMetadata
            {
                Name = function.Name,
                FunctionId = function.Id,
                EntryPoint = function.EntryPoint,
                ScriptFile = Path.GetFileName(function.PathToAssembly),
                Language = "dotnet-isolated",
                Bindings = { [function.TriggerParameter] = new BindingInfo { Type = "httpTrigger", Direction = BindingInfo.Types.Direction.In } },
                RawBindings = { function.Binding().ToJsonString() },
            });
        }

        return response;
    }

    private FunctionLoadResponse Load(FunctionLoadRequest request)
    {
        var response = new FunctionLoadResponse { FunctionId = request.FunctionId, Result = StatusResults.Success() };
        try
        {
            pipeline.Load(request.FunctionId);
        }
        catch (InvalidOperationException exception)
        {
            response.Result = StatusResults.Failure(exception);
        }

        return response;
    }

    private FunctionEnvironmentReloadResponse Reload(FunctionEnvironmentReloadRequest request)
    {
        foreach (var (name, value) in request.EnvironmentVariables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        (configuration as IConfigurationRoot)?.Reload();
        return new FunctionEnvironmentReloadResponse
        {
            Capabilities = { Capabilities() },
            Result = StatusResults.Success(),
            WorkerMetadata = WorkerMetadata(),
        };
    }

    private void Terminate(WorkerTerminate request)
    {
        // The host kills the worker after the grace period, so a longer drain would end in a kill.
        if (request.GracePeriod?.ToTimeSpan() is { } grace && grace > TimeSpan.Zero && grace < hostOptions.Value.ShutdownTimeout)
        {
            hostOptions.Value.ShutdownTimeout = grace;
        }

        lifetime.StopApplication();
    }

    private static WorkerMetadata WorkerMetadata() => new()
    {
        RuntimeName = ".NET",
        RuntimeVersion = Environment.Version.ToString(),
        WorkerVersion = WorkerVersion(),
        WorkerBitness = RuntimeInformation.ProcessArchitecture.ToString(),
    };

    private static string WorkerVersion() => typeof(HostMessageHandler).Assembly.GetName().Version!.ToString();
}
