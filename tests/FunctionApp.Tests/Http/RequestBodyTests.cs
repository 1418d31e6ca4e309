using System.Buffers;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;
using Rill.Telemetry;

namespace Rill.FunctionApp.Tests.Http;

public sealed class RequestBodyTests : IDisposable
{
    private readonly RillMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=utf-8")]
    public async Task ReadJson_OfAJsonType_GivesTheBytes(string contentType)
    {
        using var body = NewBody();
        var error = await body.ReadJsonAsync(Request("{}", contentType), default);

        Assert.Null(error);
        Assert.Equal("{}"u8.ToArray(), body.Bytes.ToArray());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/jsonp")]
    [InlineData(null)]
    public async Task ReadJson_OfAnotherType_Is415(string? contentType)
    {
        using var body = NewBody();
        var error = await body.ReadJsonAsync(Request("{}", contentType), default);

        Assert.Equal(415, error!.Status);
    }

    [Theory]
    [InlineData("br", 415)]
    [InlineData("deflate", 415)]
    [InlineData("gzip, gzip", 415)]
    [InlineData("gzip", 400)]
    [InlineData("identity", null)]
    [InlineData("", null)]
    public async Task ReadJson_OfABodyThatIsPlain_GoesByItsEncoding(string encoding, int? status)
    {
        var request = Request("{}", "application/json");
        request.Headers.ContentEncoding = encoding;

        using var body = NewBody();
        var error = await body.ReadJsonAsync(request, default);

        Assert.Equal(status, error?.Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    public async Task ReadJson_OfGzip_GivesWhatItHolds(string encoding)
    {
        using var body = NewBody();
        var error = await body.ReadJsonAsync(Compressed("{\"a\":1}"u8.ToArray(), encoding), default);

        Assert.Null(error);
        Assert.Equal("{\"a\":1}"u8.ToArray(), body.Bytes.ToArray());
    }

    [Fact]
    public async Task ReadJson_OfGzipAtTheCap_IsRead()
    {
        using var body = NewBody();

        Assert.Null(await body.ReadJsonAsync(Compressed(new byte[1_024]), default));
        Assert.Equal(1_024, body.Length);
    }

    [Fact]
    public async Task ReadJson_OfABomb_Is413AndHoldsNoMoreThanTheCap()
    {
        var memory = new BodyMemory(100_000_000);
        using var body = new RequestBody(memory, maxBytes: 500_000, _metrics);
        var request = Compressed(new byte[300_000_000]);    // about 300 KB

        var error = await body.ReadJsonAsync(request, default);

        Assert.Equal(413, error!.Status);
        Assert.InRange(memory.HeldBytes, 1, 500_001);
        Assert.True(request.Body.Position < request.Body.Length, "It read the bomb to its end.");
    }

    [Fact]
    public async Task ReadJson_OfGzipThatHoldsNothingForEver_Is413()
    {
        byte[] head = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
        byte[] emptyBlock = [0, 0, 0, 0xFF, 0xFF];
        var request = Request("", "application/json");
        request.Headers.ContentEncoding = "gzip";
        request.Body = new MemoryStream([.. head, .. Enumerable.Repeat(emptyBlock, 1_000).SelectMany(block => block)]);

        using var body = NewBody();

        Assert.Equal(413, (await body.ReadJsonAsync(request, default))!.Status);
    }

    [Fact]
    public async Task ReadJson_OfGzip_CountsWhatItInflatesTo()
    {
        var memory = new BodyMemory(maxBytes: 100_000);
        using var others = new RequestBody(memory, maxBytes: 200_000, _metrics);
        await others.ReadJsonAsync(Request(new string('a', 90_000), "application/json"), default);
        using var body = new RequestBody(memory, maxBytes: 200_000, _metrics);

        Assert.Equal(503, (await body.ReadJsonAsync(Compressed(new byte[90_000]), default))?.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJson_OverTheCap_Is413AndStopsReading(bool saysItsLength)
    {
        var request = Request(new string('a', 100_000), "application/json");
        request.ContentLength = saysItsLength ? 100_000 : null;

        using var body = NewBody();
        var error = await body.ReadJsonAsync(request, default);

        Assert.Equal(413, error!.Status);
        Assert.True(request.Body.Position <= 1_024 + 4_096, $"It read {request.Body.Position} bytes.");
    }

    [Fact]
    public async Task ReadJson_AtTheCap_IsRead()
    {
        using var body = NewBody();
        var error = await body.ReadJsonAsync(Request(new string('a', 1_024), "application/json"), default);

        Assert.Null(error);
        Assert.Equal(1_024, body.Length);
    }

    [Fact]
    public async Task ReadJson_OfALargeBody_HoldsMemoryUntilItIsDisposed()
    {
        var memory = new BodyMemory(maxBytes: 100_000);
        var body = new RequestBody(memory, maxBytes: 200_000, _metrics);
        Assert.Null(await body.ReadJsonAsync(Request(new string('a', 150_000), "application/json"), default));    // more than all may, but alone

        Assert.InRange(memory.HeldBytes, 130_000, 2 * 150_000);
        body.Dispose();
        body.Dispose();
        Assert.Equal(0, memory.HeldBytes);
    }

    [Theory]
    [InlineData(90_000, 503)]
    [InlineData(16_000, null)]
    public async Task ReadJson_WhileOthersHoldTheMemory_RefusesLargeBodiesAlone(int length, int? status)
    {
        var memory = new BodyMemory(maxBytes: 100_000);
        using var others = new RequestBody(memory, maxBytes: 200_000, _metrics);
        await others.ReadJsonAsync(Request(new string('a', 90_000), "application/json"), default);
        using var body = new RequestBody(memory, maxBytes: 200_000, _metrics);
        var request = Request(new string('a', length), "application/json");
        request.ContentLength = length;

        var error = await body.ReadJsonAsync(request, default);

        Assert.Equal(status, error?.Status);
        Assert.Equal(error is null ? null : 1, error?.RetryAfterSeconds);
        Assert.Equal(error is null ? length : 0, request.Body.Position);
    }

    private RequestBody NewBody() => new(new BodyMemory(1_000_000), maxBytes: 1_024, _metrics);

    private static HttpRequest Compressed(byte[] content, string encoding = "gzip")
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        packed.Position = 0;
        var request = Request("", "application/json");
        request.Headers.ContentEncoding = encoding;
        request.Body = packed;
        return request;
    }

    private static HttpRequest Request(string body, string? contentType)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return request;
    }
}
