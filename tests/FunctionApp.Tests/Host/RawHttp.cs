using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>One exchange over a bare socket in which the client may break every rule of HTTP.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    /// <summary>Sends <paramref name="request"/> byte for byte (Latin-1), leaves the connection open, and reads the status of what comes.</summary>
    public static async Task<(int Status, TimeSpan Elapsed)> StatusAsync(Uri server, string request)
    {
        using var limit = new CancellationTokenSource(_patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port, limit.Token);
        var watch = Stopwatch.StartNew();
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), limit.Token);
        var head = new byte["HTTP/1.1 400".Length];
        await stream.ReadExactlyAsync(head, limit.Token);
        return (int.Parse(Encoding.ASCII.GetString(head)[^3..], CultureInfo.InvariantCulture), watch.Elapsed);
    }
}
