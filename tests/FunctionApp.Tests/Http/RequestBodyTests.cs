using System.Text;
using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;

namespace Rill.FunctionApp.Tests.Http;

public class RequestBodyTests
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=utf-8")]
    public async Task ReadJson_OfAJsonType_GivesTheBytes(string contentType)
    {
        var (bytes, error) = await RequestBody.ReadJsonAsync(Request("{}", contentType), maxBytes: 1_024, default);

        Assert.Null(error);
        Assert.Equal("{}"u8.ToArray(), bytes.ToArray());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/jsonp")]
    [InlineData(null)]
    public async Task ReadJson_OfAnotherType_Is415(string? contentType)
    {
        var (_, error) = await RequestBody.ReadJsonAsync(Request("{}", contentType), maxBytes: 1_024, default);

        Assert.Equal(415, error!.Status);
    }

    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("br", 415)]
    [InlineData("identity", null)]
    [InlineData("", null)]
    public async Task ReadJson_OfACompressedBody_Is415(string encoding, int? status)
    {
        var request = Request("{}", "application/json");
        request.Headers.ContentEncoding = encoding;

        var (_, error) = await RequestBody.ReadJsonAsync(request, maxBytes: 1_024, default);

        Assert.Equal(status, error?.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadJson_OverTheCap_Is413AndStopsReading(bool saysItsLength)
    {
        var request = Request(new string('a', 100_000), "application/json");
        request.ContentLength = saysItsLength ? 100_000 : null;

        var (_, error) = await RequestBody.ReadJsonAsync(request, maxBytes: 1_024, default);

        Assert.Equal(413, error!.Status);
        Assert.True(request.Body.Position <= 1_024 + 4_096, $"It read {request.Body.Position} bytes.");
    }

    [Fact]
    public async Task ReadJson_AtTheCap_IsRead()
    {
        var (bytes, error) = await RequestBody.ReadJsonAsync(Request(new string('a', 1_024), "application/json"), maxBytes: 1_024, default);

        Assert.Null(error);
        Assert.Equal(1_024, bytes.Length);
    }

    private static HttpRequest Request(string body, string? contentType)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return request;
    }
}
