using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rill.Bench.Load;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class LoadClientTests
{
    private const string Headers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string Token = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task PumpUntil_WithSeveralStreams_TimesEachChunk()
    {
        var gap = TimeSpan.FromMilliseconds(60);
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = Listen();
        var serving = Task.WhenAll(AnswerAsync(listener, read.Task, gap), AnswerAsync(listener, read.Task, gap));
        using var client = new LoadClient((IPEndPoint)listener.LocalEndpoint);
        var streams = new[] { client.Open("x"u8), client.Open("x"u8) };

        // The second chunk follows when the first has been read: a reader that comes late would get both at once.
        client.PumpUntil(() => streams.All(stream => stream.Arrivals.Count == 1), _patience);
        read.SetResult();
        client.PumpUntil(() => streams.All(stream => stream.Ended), _patience);
        await serving;

        Assert.All(streams, stream => Assert.Equal(2, stream.Arrivals.Count));
        Assert.All(streams, stream => Assert.True(stream.Gaps(0, long.MaxValue).Single() >= gap.TotalMilliseconds / 2));
        Assert.All(streams, stream => Assert.Equal(Token, Encoding.UTF8.GetString(stream.SingleContentEvent)));
        Assert.All(streams, stream => Assert.InRange(stream.FirstByte, stream.Sent, stream.Arrivals[0].At));
    }

    [Fact]
    public async Task PumpFor_WhenTheServerHangsUpEarly_Throws()
    {
        using var listener = Listen();
        using var client = new LoadClient((IPEndPoint)listener.LocalEndpoint);
        client.Open("x"u8);
        using (var connection = await listener.AcceptSocketAsync())
        {
            connection.Send(Encoding.ASCII.GetBytes(Headers));
        }

        Assert.ThrowsAny<Exception>(() => client.PumpFor(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void PumpFor_WithoutStreams_LastsItsTime()
    {
        using var client = new LoadClient(new IPEndPoint(IPAddress.Loopback, 1));
        var start = Stopwatch.GetTimestamp();

        client.PumpFor(TimeSpan.FromMilliseconds(50));

        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(50));
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static async Task AnswerAsync(TcpListener listener, Task read, TimeSpan gap)
    {
        using var connection = await listener.AcceptSocketAsync();
        var chunk = Encoding.ASCII.GetBytes($"{Token.Length:x}\r\n{Token}\r\n");
        await connection.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(Headers), .. chunk]);
        await read;
        await Task.Delay(gap);
        await connection.SendAsync((byte[])[.. chunk, .. "0\r\n\r\n"u8]);
    }
}
