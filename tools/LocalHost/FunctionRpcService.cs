using Grpc.Core;
using Rill.LocalHost.Protocol;

namespace Rill.LocalHost;

/// <summary>Where workers call in.</summary>
internal sealed class FunctionRpcService(WorkerSupervisor supervisor) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        if (await requestStream.MoveNext(context.CancellationToken)
            && supervisor.Find(requestStream.Current.StartStream?.WorkerId) is { } worker)
        {
            try
            {
                await worker.ConverseAsync(requestStream, responseStream, context.CancellationToken);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The worker's end of the stream is gone; its exit code tells the supervisor more.
            }
        }
    }
}
