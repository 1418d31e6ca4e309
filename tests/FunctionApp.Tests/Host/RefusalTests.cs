using Rill.FunctionApp.Tests.Acceptance.Harness;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What cannot be forwarded, or is no HTTP: the client's fault is a 4xx, and comes without a wait.</summary>
[Collection(nameof(WorkerTestAppFixture))]
public sealed class RefusalTests(WorkerTestAppFixture fixture)
{
    /// <summary>Well below the 15 seconds for which a worker waits for a request that never comes.</summary>
    private const double AtOnce = 10;

    public static TheoryData<string, int, string> BadHeads() => new()
    {
        { "a header in UTF-8", 400, Post("X-Title: Caf\u00c3\u00a9\r\nContent-Length: 0\r\n") },
        { "a header in Latin-1", 400, Post("X-Title: Caf\u00e9\r\nContent-Length: 0\r\n") },
        { "a path of escaped slashes", 414, $"GET /items/{string.Concat(Enumerable.Repeat("%2F", 2_000))} HTTP/1.1\r\nHost: localhost\r\n\r\n" },
        { "headers at the limit", 431, Post($"X-Long: {new string('a', 32_600)}\r\nContent-Length: 0\r\n") },
        { "CONNECT", 400, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n" },
        { "two gigabytes announced", 413, Post("Content-Length: 2147483648\r\n") },
        { "200 MB announced", 413, Post("Content-Length: 200000000\r\n") },
        { "no number of bytes", 400, Post("Content-Length: ten\r\n") },
    };

    public static TheoryData<string, string> BadChunks() => new()
    {
        { "no number", "zz\r\nhello\r\n0\r\n\r\n" },
        { "negative", "-5\r\nhello\r\n0\r\n\r\n" },
        { "overflow", "FFFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n" },
        { "no line end behind a chunk", "5\r\nhelloXX0\r\n\r\n" },
        { "bare line feeds", "5\nhello\n0\n\n" },
    };

    [Theory]
    [MemberData(nameof(BadHeads))]
    public Task Head_ThatCannotBeForwarded_Is4xxAtOnce(string what, int expected, string request) => AssertRefusedAtOnceAsync(what, expected, request);

    [Theory]
    [MemberData(nameof(BadChunks))]
    public Task Chunks_ThatAreNoHttp_Are400AtOnce(string what, string body) =>
        AssertRefusedAtOnceAsync(what, 400, Post("Transfer-Encoding: chunked\r\n") + body);

    [Theory]
    [InlineData("Content-Length: 100\r\n", "hello")]
    [InlineData("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n64\r\nmore")]
    public async Task Body_ThatStopsComing_Is408(string header, string begun)
    {
        var (status, _) = await RawHttp.StatusAsync(fixture.Server.BaseUri, Post(header) + begun);

        Assert.Equal(408, status);
    }

    [Fact]
    public Task Connection_CutByTheWorkerBeforeItsAnswer_Is503AtOnce() =>
        AssertRefusedAtOnceAsync("a cut", 503, "GET /cut HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private Task AssertRefusedAtOnceAsync(string what, int expected, string request) => Eventually.MeasuresAsync(
        async () =>
        {
            var (status, elapsed) = await RawHttp.StatusAsync(fixture.Server.BaseUri, request);
            Assert.True(status == expected, $"{what}: {status}");
            return elapsed;
        },
        elapsed => Assert.True(elapsed.TotalSeconds < AtOnce, $"{what}: {elapsed}"));

    private static string Post(string headers) => $"POST /echo HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n";
}
