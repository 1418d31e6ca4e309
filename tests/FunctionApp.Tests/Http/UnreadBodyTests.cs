using Microsoft.AspNetCore.Http;
using Rill.FunctionApp.Http;
using Rill.Telemetry;

namespace Rill.FunctionApp.Tests.Http;

public class UnreadBodyTests
{
    private const string Json = "application/json";

    [Fact]
    public async Task Drop_OfABodyThatWaitsToBeAskedFor_WaitsForNothing()
    {
        var http = Request(new Unsendable(), expect: "100-continue");

        await UnreadBody.DropAsync(http);
    }

    [Fact]
    public async Task Drop_OfABodyThatComesUnasked_ReadsItToItsEnd()
    {
        var http = Request(new MemoryStream(new byte[100_000]));

        await UnreadBody.DropAsync(http);

        Assert.Equal(100_000, http.Request.Body.Position);
    }

    [Fact]
    public async Task Drop_OfABodyThatWasAskedForAndRefusedOnTheWay_ReadsTheRest()
    {
        var http = Request(new MemoryStream(new byte[100_000]), expect: "100-continue");
        using var metrics = new RillMetrics();
        using var body = new RequestBody(new BodyMemory(1_000_000), maxBytes: 10_000, metrics);
        Assert.NotNull(await body.ReadJsonAsync(http.Request, CancellationToken.None));

        await UnreadBody.DropAsync(http);

        Assert.Equal(100_000, http.Request.Body.Position);
    }

    private static DefaultHttpContext Request(Stream body, string? expect = null)
    {
        var http = new DefaultHttpContext { Request = { Method = "POST", ContentType = Json, Body = body } };
        http.Request.Headers.Expect = expect;
        return http;
    }

    /// <summary>What a client sends that waits for a 100: nothing.</summary>
    private sealed class Unsendable : MemoryStream
    {
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => throw new InvalidDataException("It was read.");
    }
}
