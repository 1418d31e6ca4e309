using System.Net;
using System.Net.Sockets;

namespace Rill.LocalHost;

/// <summary>The HTTP connections to one worker.</summary>
internal static class WorkerConnections
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// A client whose connections are tried again as long as the worker lives: workers report their functions before their server listens.
    /// (The real host tries ten times, within two seconds, whether the worker lives or not.)
    /// </summary>
    /// <param name="workerEnd">Ends with the worker's process.</param>
    public static HttpMessageInvoker Open(Task workerEnd) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (connection, cancellationToken) => await ConnectAsync(connection.DnsEndPoint, workerEnd, cancellationToken),
    });

    private static async Task<Stream> ConnectAsync(DnsEndPoint worker, Task workerEnd, CancellationToken cancellationToken)
    {
        while (true)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(worker, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused && !workerEnd.IsCompleted)
            {
                socket.Dispose();
                await Task.WhenAny(workerEnd, Task.Delay(s_pause, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
