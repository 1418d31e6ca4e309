using System.Net.Http.Headers;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Answers that are there before the body: they reach a client that sends all of it first, however large or slow it is.</summary>
public sealed class EarlyAnswerTests(EarlyAnswerTests.KeyedServer fixture) : IClassFixture<EarlyAnswerTests.KeyedServer>
{
    private const string Key = "secret";
    private const int JustOverKestrelsLimit = 30_100_000;

    [Theory]
    [InlineData(ChatJson.Path, Key, "application/json", 413)]
    [InlineData(ChatJson.Path, Key, "text/plain", 415)]
    [InlineData(ChatJson.Path, "wrong", "application/json", 401)]
    [InlineData("v1/nowhere", Key, "application/json", 404)]
    [InlineData("v1/models", Key, "application/json", 405)]
    public async Task LargeBody_OfARefusedRequest_GetsTheErrorObject(string path, string key, string type, int expected)
    {
        using var content = new ByteArrayContent(new byte[JustOverKestrelsLimit]);
        await AssertAsync(path, key, type, expected, content);
    }

    [Theory]
    [InlineData(ChatJson.Path, Key, 413)]
    [InlineData(ChatJson.Path, "wrong", 401)]
    public async Task LargeBody_OfUnknownLength_GetsTheErrorObject(string path, string key, int expected)
    {
        using var content = new ChunkedContent(chunks: 40, chunkBytes: 1 << 20, pause: TimeSpan.Zero);
        await AssertAsync(path, key, "application/json", expected, content);
    }

    [Fact]
    public async Task SlowBody_OfARefusedRequest_GetsTheErrorObject()
    {
        using var content = new ChunkedContent(chunks: 14, chunkBytes: 16_384, pause: TimeSpan.FromMilliseconds(500));
        await AssertAsync(ChatJson.Path, "wrong", "application/json", 401, content);
    }

    [Fact]
    public async Task Body_AnnouncedTooLarge_IsRefusedBeforeAByteOfIt()
    {
        var (status, _) = await RawHttp.StatusAsync(
            fixture.Server.BaseUri,
            $"POST {ChatJson.Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Key}\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n");

        Assert.Equal(413, status);
    }

    private async Task AssertAsync(string path, string key, string type, int expected, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

        using var response = await fixture.Server.Client.SendAsync(request);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.StartsWith("{\"error\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Rill with a key and the scripted model.</summary>
    public sealed class KeyedServer : IAsyncLifetime
    {
        internal RillServer Server { get; private set; } = null!;

        public async Task InitializeAsync() =>
            Server = await RillServer.StartScriptedAsync(new() { ["Rill__ApiKeys__0"] = Key });

        public Task DisposeAsync() => Server.DisposeAsync().AsTask();
    }
}
