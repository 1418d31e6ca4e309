using System.Text;
using Rill.Bench.Load;

namespace Rill.FunctionApp.Tests.Bench;

public sealed class HttpResponseReaderTests
{
    private const string Streamed =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "9\r\ndata: a\n\n\r\n" + "5;x=y\r\ndata:\r\n" + "4\r\n b\n\n\r\n" + "0\r\n\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1_000)]
    public void Feed_WhereverBytesAreCut_HandsOnEveryEvent(int cut)
    {
        var events = new List<string>();
        var reader = new HttpResponseReader(data => events.Add(Encoding.ASCII.GetString(data)));

        foreach (var piece in Encoding.ASCII.GetBytes(Streamed).Chunk(cut))
        {
            Assert.False(reader.Ended);
            reader.Feed(piece);
        }

        Assert.Equal(200, reader.Status);
        Assert.True(reader.Ended);
        Assert.Equal(["data: a", "data: b"], events);
    }

    [Fact]
    public void Feed_WithContentLength_EndsAfterThatManyBytes()
    {
        var reader = new HttpResponseReader(_ => { });

        reader.Feed("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nfu"u8);
        Assert.False(reader.Ended);
        reader.Feed("ll"u8);

        Assert.True(reader.Ended);
        Assert.Equal((503, "full"), (reader.Status, reader.Rest));
    }
}
