using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What a request and its response look like after the way through host and worker.</summary>
[Collection(nameof(WorkerTestAppFixture))]
public sealed class ForwardingTests(WorkerTestAppFixture fixture)
{
    private readonly HttpClient _client = fixture.Server.Client;

    [Fact]
    public async Task Request_OfAnyMethod_ArrivesWhole()
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, "echo?x=a%20b") { Content = new StringContent("hello") };
        request.Headers.Add("x-ms-invocation-id", "chosen-by-the-client");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await _client.SendAsync(request);
        var echo = await ReadJsonAsync(response);

        Assert.Equal("PATCH", echo.GetProperty("method").GetString());
        Assert.Equal("?x=a%20b", echo.GetProperty("query").GetString());
        Assert.Equal("hello", echo.GetProperty("body").GetString());
        Assert.Equal(fixture.Server.BaseUri.Authority, echo.GetProperty("host").GetString());
        Assert.Equal("127.0.0.1", echo.GetProperty("forwarded").GetString());
        Assert.True(Guid.TryParse(echo.GetProperty("invocationId").GetString(), out _));
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", echo.GetProperty("traceParent").GetString());
    }

    [Fact]
    public async Task Environment_OfTheWorker_HoldsLocalSettings()
    {
        using var response = await _client.GetAsync(new Uri("echo", UriKind.Relative));

        var echo = await ReadJsonAsync(response);

        Assert.Equal("seen", echo.GetProperty("setting").GetString());
        Assert.Equal(fixture.Server.WorkerId, echo.GetProperty("worker").GetInt32());
    }

    [Theory]
    [InlineData("items", "AllItems")]
    [InlineData("items/one", "Item")]
    [InlineData("ITEMS/Count", "Item")]
    [InlineData("observed/nothing", "Observed")]
    public async Task Route_TriedInTheOrderOfNames_PicksTheFirstFunctionThatMatches(string path, string function)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal([function], response.Headers.GetValues("x-function"));
    }

    [Theory]
    [InlineData("items/one", "one")]
    [InlineData("items/org/name", "org/name")]
    [InlineData("items/org%2Fname", "org%2Fname")]
    public async Task Route_ValueOfThePath_ReachesTheFunction(string path, string expected) =>
        Assert.Equal(expected, await _client.GetStringAsync(new Uri(path, UriKind.Relative)));

    [Theory]
    [InlineData("GET", "nowhere")]
    [InlineData("DELETE", "stream")]
    public async Task Route_UnknownOrWrongMethod_Gives404WithoutABody(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Stream_ChunkByChunk_ArrivesWhenWritten()
    {
        using var hold = new HeldFile("hold");
        hold.Begin();
        using var response = await _client.GetAsync(
            new Uri($"stream?count=8&every=1&name=pace&{hold.Query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 8; i++)
        {
            Assert.StartsWith($"{i} ", await reader.ReadLineAsync(), StringComparison.Ordinal); // while the function goes on
        }

        hold.End();
        Assert.Null(await reader.ReadLineAsync());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Exception_BeforeTheFirstByte_Gives500WithoutABody()
    {
        using var response = await _client.GetAsync(new Uri("throw", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Exception_AfterTheFirstByte_CutsTheConnection()
    {
        using var hold = new HeldFile("hold");
        hold.Begin();
        using var response = await _client.GetAsync(
            new Uri($"throw?late&{hold.Query}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("begun", await reader.ReadLineAsync());
        hold.End();
        await Assert.ThrowsAnyAsync<IOException>(() => reader.ReadToEndAsync());
    }

    [Fact]
    public async Task Middleware_InOrder_StepsAroundTheFunction()
    {
        using var response = await _client.GetAsync(new Uri("echo", UriKind.Relative));

        Assert.Equal(["outer", "inner"], response.Headers.GetValues("x-steps"));
        Assert.Equal(["Echo"], response.Headers.GetValues("x-function"));
    }

    [Fact]
    public async Task Middleware_ThatDoesNotGoOn_Answers()
    {
        using var response = await _client.GetAsync(new Uri("echo?refuse", UriKind.Relative));

        Assert.Equal((HttpStatusCode)418, response.StatusCode);
        Assert.Equal(["outer"], response.Headers.GetValues("x-steps"));
    }

    [Fact]
    public async Task Requests_ManyAtOnce_KeepTheirOwnAnswers()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64)
            .Select(i => _client.GetStringAsync(new Uri($"items/{i}", UriKind.Relative))));

        Assert.Equal(Enumerable.Range(0, 64).Select(i => i.ToString(CultureInfo.InvariantCulture)), answers);
    }

    [Fact]
    public async Task Cors_NamedOrigin_IsAllowed()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "stream");
        preflight.Headers.Add("Origin", "https://page.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var response = await _client.SendAsync(preflight);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["https://page.example"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Cors_OtherOrigin_GetsNoPermission()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "items");
        request.Headers.Add("Origin", "https://elsewhere.example");

        using var response = await _client.SendAsync(request);

        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Log_OfAFunction_ReachesTheHostUnderItsName()
    {
        await _client.GetStringAsync(new Uri("echo", UriKind.Relative));

        var line = await fixture.Server.Process.WaitForLineAsync(
            line => line.Contains("echoing a GET", StringComparison.Ordinal), ProcessBounds.Patience);

        Assert.Contains("warn: Function.Echo.User[0]", line, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        return document.RootElement.Clone();
    }
}
