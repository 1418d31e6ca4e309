using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Rill.FunctionsWorker.Protocol;

namespace Rill.FunctionsWorker.Hosting;

/// <summary>The one gRPC stream between the worker and the host that started it.</summary>
internal sealed class HostConnection(IConfiguration configuration, HostOutbox outbox, HostMessageHandler handler) : IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(configuration["functions-uri"]!, new GrpcChannelOptions
    {
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
        HttpHandler = new SocketsHttpHandler { UseProxy = false },
    });

    /// <summary>
    /// Speaks with the host until <see cref="HostOutbox.Complete"/>.
    /// Throws <see cref="RpcException"/> if the host cannot be reached or goes away.
    /// </summary>
    public async Task RunAsync()
    {
        using var call = new FunctionRpc.FunctionRpcClient(_channel).EventStream();
        var workerId = configuration["functions-worker-id"] ?? "";
        await call.RequestStream.WriteAsync(new StreamingMessage { StartStream = new StartStream { WorkerId = workerId } });
        var reading = ReadAsync(call.ResponseStream);
        var writing = WriteAsync(call.RequestStream);
        await await Task.WhenAny(reading, writing);
    }

    public void Dispose() => _channel.Dispose();

    private async Task ReadAsync(IAsyncStreamReader<StreamingMessage> stream)
    {
        await foreach (var message in stream.ReadAllAsync())
        {
            handler.Handle(message);
        }
    }

    private async Task WriteAsync(IClientStreamWriter<StreamingMessage> stream)
    {
        await foreach (var message in outbox.ReadAllAsync())
        {
            await stream.WriteAsync(message);
        }

        await stream.CompleteAsync();
    }
}
