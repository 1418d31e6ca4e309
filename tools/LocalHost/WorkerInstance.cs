using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Rill.LocalHost.Protocol;
using Content = Rill.LocalHost.Protocol.StreamingMessage.ContentOneofCase;
using RpcException = Rill.LocalHost.Protocol.RpcException;

namespace Rill.LocalHost;

/// <summary>One worker from its start to its end: the process, and the conversation with it.</summary>
internal sealed class WorkerInstance(HostSettings settings, RpcLogWriter logs) : IDisposable
{
    private static readonly TimeSpan s_terminateGrace = TimeSpan.FromSeconds(5);

    private readonly Channel<StreamingMessage> _outbox =
        Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, RunningInvocation> _running = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _silenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<FunctionRoute> _routes = [];
    private int _awaitedLoads;
    private volatile bool _ended;

    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkerProcess Process { get; private set; } = null!;

    /// <summary>Ends when every function is loaded; fails with <see cref="SettingsException"/> if the worker cannot list them.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Ends when the conversation does, whether the process lives on or not.</summary>
    public Task Silenced => _silenced.Task;

    /// <summary>Where the worker takes HTTP requests. Known once <see cref="Loaded"/>.</summary>
    public string HttpUri { get; private set; } = "";

    /// <summary>Sends to <see cref="HttpUri"/>.</summary>
    public HttpMessageInvoker Connections { get; private set; } = null!;

    /// <summary>The functions, those tried first coming first. Complete once <see cref="Loaded"/>.</summary>
    public IReadOnlyList<FunctionRoute> Routes => _routes;

    /// <summary>How far it has come.</summary>
    public WorkerStage Stage { get; set; }

    /// <summary>Whether the host ends it, to start another.</summary>
    public bool IsBeingReplaced { get; set; }

    public void Start(Uri rpcAddress, Uri httpAddress)
    {
        Process = new WorkerProcess(settings, rpcAddress, httpAddress, Id);
        Connections = WorkerConnections.Open(Process.Exited);
    }

    /// <summary>Announces an invocation; the task ends with the worker's answer, or with its death.</summary>
    public Task<StatusResult> Invoke(string invocationId, FunctionRoute function, HttpRequest request, RouteValueDictionary routeValues)
    {
        var running = new RunningInvocation(function.Metadata.Name);
        _running[invocationId] = running;
        var announcement = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Metadata.FunctionId,
            InputData = { new ParameterBinding { Name = function.TriggerName, Data = new TypedData { Http = new RpcHttp() } } },
            TraceContext = new RpcTraceContext
            {
                TraceParent = request.Headers.TraceParent.ToString(),
                TraceState = request.Headers.TraceState.ToString(),
            },
        };
        foreach (var (name, value) in routeValues)
        {
            announcement.TriggerMetadata[name] = new TypedData { String = value as string ?? "" };
        }

        Send(new StreamingMessage { InvocationRequest = announcement });
        if (_ended)
        {
            FailAll(); // It ended between the choice of this worker and now, and has no more answers.
        }

        return running.Ended.Task;
    }

    public void Cancel(string invocationId) =>
        Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });

    /// <summary>Waits until no invocation runs, or the process has ended, or <paramref name="limit"/> has passed.</summary>
    public async Task WaitUntilIdleAsync(TimeSpan limit)
    {
        for (var clock = Stopwatch.StartNew(); !_running.IsEmpty && !Process.Exited.IsCompleted && clock.Elapsed < limit;)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Asks the worker to end within 5 seconds, and kills it after them.</summary>
    public async Task TerminateAsync()
    {
        Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(s_terminateGrace) } });
        await Task.WhenAny(Process.Exited, Task.Delay(s_terminateGrace));
        Process.Kill();
    }

    /// <summary>Speaks with the worker until either side ends.</summary>
    public async Task ConverseAsync(
        IAsyncStreamReader<StreamingMessage> reader, IServerStreamWriter<StreamingMessage> writer, CancellationToken cancellationToken)
    {
        Send(new StreamingMessage
        {
            WorkerInitRequest = new WorkerInitRequest
            {
                HostVersion = "4.1037.0.0", // the version whose behaviour this host follows
                WorkerDirectory = settings.ScriptRoot,
                FunctionAppDirectory = settings.ScriptRoot,
            },
        });
        var writing = WriteAsync(writer, cancellationToken);
        try
        {
            await foreach (var message in reader.ReadAllAsync(cancellationToken))
            {
                Handle(message);
            }
        }
        finally
        {
            _outbox.Writer.TryComplete();
            FailAll();
            _silenced.TrySetResult();
        }

        await writing;
    }

    /// <summary>The process is dead: nothing that runs in it will answer.</summary>
    public void FailAll()
    {
        _ended = true;
        foreach (var id in _running.Keys)
        {
            End(id, new StatusResult { Exception = new RpcException { Message = "The worker process has ended." } });
        }
    }

    public void Dispose()
    {
        Connections?.Dispose();
        Process?.Dispose();
    }

    private void Handle(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case Content.WorkerInitResponse:
                OnInitialized(message.WorkerInitResponse);
                break;
            case Content.FunctionMetadataResponse:
                Load(message.FunctionMetadataResponse);
                break;
            case Content.FunctionLoadResponse:
                OnLoaded(message.FunctionLoadResponse);
                break;
            case Content.InvocationResponse:
                End(message.InvocationResponse.InvocationId, message.InvocationResponse.Result);
                break;
            case Content.RpcLog:
                logs.Write(message.RpcLog, _running.GetValueOrDefault(message.RpcLog.InvocationId)?.FunctionName);
                break;
        }
    }

    private void OnInitialized(WorkerInitResponse response)
    {
        if (!response.Capabilities.TryGetValue("HttpUri", out var uri))
        {
            _loaded.TrySetException(new SettingsException(
                "The worker takes no HTTP, which this host needs: call ConfigureFunctionsWebApplication() in its Program.cs."));
            return;
        }

        HttpUri = uri;
        Send(new StreamingMessage
        {
            FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = settings.ScriptRoot },
        });
    }

    private void Load(FunctionMetadataResponse response)
    {
        if (response.Result.Status != StatusResult.Types.Status.Success)
        {
            _loaded.TrySetException(new SettingsException($"The worker cannot list its functions: {response.Result.Exception?.Message}"));
            return;
        }

        _routes.AddRange(response.FunctionMetadataResults
            .Select(function => FunctionRoute.Read(function, settings.RoutePrefix))
            .OfType<FunctionRoute>()
            .OrderBy(route => route.Metadata.Name, StringComparer.OrdinalIgnoreCase)); // not by precedence: so does FunctionMetadataManager
        _awaitedLoads = _routes.Count;
        if (_awaitedLoads == 0)
        {
            _loaded.TrySetException(new SettingsException("The app has no functions with an HTTP trigger."));
        }

        foreach (var metadata in _routes.Select(route => route.Metadata))
        {
            Send(new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = metadata.FunctionId, Metadata = metadata },
            });
        }
    }

    private void OnLoaded(FunctionLoadResponse response)
    {
        if (response.Result.Status != StatusResult.Types.Status.Success)
        {
            Console.Error.WriteLine($"Function {response.FunctionId} cannot be loaded: {response.Result.Exception?.Message}");
            _routes.RemoveAll(route => route.Metadata.FunctionId == response.FunctionId);
        }

        if (--_awaitedLoads == 0)
        {
            _loaded.TrySetResult();
        }
    }

    private void End(string invocationId, StatusResult result)
    {
        if (_running.TryRemove(invocationId, out var running))
        {
            running.Ended.TrySetResult(result);
        }
    }

    private void Send(StreamingMessage message)
    {
        message.RequestId = Guid.NewGuid().ToString();
        _outbox.Writer.TryWrite(message);
    }

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> writer, CancellationToken cancellationToken)
    {
        await foreach (var message in _outbox.Reader.ReadAllAsync(cancellationToken))
        {
            await writer.WriteAsync(message, cancellationToken);
        }
    }

    private sealed record RunningInvocation(string FunctionName)
    {
        public TaskCompletionSource<StatusResult> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
