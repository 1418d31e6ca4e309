using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Host;
using Rill.Page.Tests.Support;

namespace Rill.Page.Tests.Serving;

/// <summary>The page's files over HTTP.</summary>
[Collection(nameof(World))]
public sealed partial class ServingTests(World world)
{
    [Theory]
    [InlineData("")]
    [InlineData("chat")]
    public async Task Page_AtBothAddresses_IsTheSameUncachedDocument(string path)
    {
        using var answer = await GetAsync(await world.OpenAsync(), path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", answer.Headers.CacheControl!.ToString());
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Built, "index.html")), await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Page_UnderItsAddressWithASlash_SendsToTheOneWithout()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var answer = await client.GetAsync(new Uri((await world.OpenAsync()).BaseUri, "chat/"));

        Assert.Equal(HttpStatusCode.PermanentRedirect, answer.StatusCode);
        Assert.Equal("../chat", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task EveryBuiltFile_IsServedWithItsTypeForAYearAndUnderThePolicy()
    {
        var server = await world.OpenAsync();

        foreach (var name in Assets())
        {
            using var answer = await GetAsync(server, name);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(TypeOf(name), answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal("public, max-age=31536000, immutable", answer.Headers.GetValues("Cache-Control").Single());
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Built, name)), await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Page_TellsBrowsersWhatItMayDo()
    {
        using var answer = await GetAsync(await world.OpenAsync(), "");

        string Header(string name) => answer.Headers.GetValues(name).Single();
        var policy = Header("Content-Security-Policy").Split("; ");
        Assert.All(
            (string[])["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
            rule => Assert.Contains(rule, policy));
        Assert.DoesNotContain("unsafe", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Contains("camera=()", Header("Permissions-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    public async Task Script_ForAClientThatTakesIt_IsSentCompressedWithATagOfItsOwn(string accepted, string encoding)
    {
        var name = Assets().First(asset => asset.EndsWith(".js", StringComparison.Ordinal));
        using var plain = await GetAsync(await world.OpenAsync(), name);

        using var answer = await GetAsync(await world.OpenAsync(), name, ("Accept-Encoding", accepted));

        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        Assert.Equal(["Accept-Encoding"], answer.Headers.Vary);
        Assert.NotEqual(plain.Headers.ETag, answer.Headers.ETag);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await using Stream content = encoding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var text = new StreamReader(content);
        Assert.Equal(await plain.Content.ReadAsStringAsync(), await text.ReadToEndAsync());
    }

    [Fact]
    public async Task Page_ThatTheClientHas_Is304()
    {
        using var first = await GetAsync(await world.OpenAsync(), "");

        using var second = await GetAsync(await world.OpenAsync(), "", ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_IsAnsweredWithoutABody()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "");

        using var answer = await (await world.OpenAsync()).Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(new FileInfo(Path.Combine(Built, "index.html")).Length, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("assets/none.js")]
    [InlineData("assets/")]
    [InlineData("assets/..%2findex.html")]
    [InlineData("assets/..%2f..%2fhost.json")]
    [InlineData("assets/%2e%2e/host.json")]
    [InlineData("assets/..%5chost.json")]
    [InlineData("page/index.html")]
    [InlineData("index.html.br")]
    public async Task Path_OfNoFileOfThePage_Is404(string path)
    {
        using var answer = await GetAsync(await world.OpenAsync(), path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("unknown_url", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_ToThePage_Is405_AndToTheRootNamesTheBaseUrl()
    {
        var server = await world.OpenAsync();

        using var chat = await server.Client.PostAsync(new Uri("chat", UriKind.Relative), null);
        using var root = await server.Client.PostAsync(new Uri("", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, chat.StatusCode);
        Assert.Equal(["GET"], chat.Content.Headers.Allow);
        Assert.Contains("with /v1 at its end", await root.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OnAServerWithKeys_IsShownWithoutOne_AndNothingElseIs()
    {
        var server = await world.LockedAsync();

        using var page = await GetAsync(server, "");
        using var asset = await GetAsync(server, Assets().First());
        using var models = await GetAsync(server, "v1/models");
        using var unknown = await GetAsync(server, "chat/rooms");
        using var posted = await server.Client.PostAsync(new Uri("chat", UriKind.Relative), null);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [page.StatusCode, asset.StatusCode]);
        Assert.All([models, unknown, posted], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("chat")]
    [InlineData("assets/none.js")]
    public async Task Page_SwitchedOff_Is404(string path)
    {
        using var answer = await GetAsync(await world.OffAsync(), path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("unknown_url", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>As the size of the page is bounded: all of its files, each by itself.</summary>
    [Fact]
    public void Page_Weighs150KilobytesAtMost()
    {
        var weight = Assets().Append("index.html").Sum(name =>
            new FileInfo(Path.Combine(Built, name + ".gz")) is { Exists: true } compressed ? compressed.Length : new FileInfo(Path.Combine(Built, name)).Length);

        Assert.InRange(weight, 1, 150_000);
    }

    private static string Built => Path.Combine(BuiltPrograms.ScriptedApp, "page");

    private static IEnumerable<string> Assets() => Directory.EnumerateFiles(Path.Combine(Built, "assets"))
        .Select(file => "assets/" + Path.GetFileName(file))
        .Where(name => !CompressedName().IsMatch(name));

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript",
        ".css" => "text/css",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"What type has {other}?"),
    };

    private static async Task<HttpResponseMessage> GetAsync(RillServer server, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request);
    }

    [GeneratedRegex(@"\.(br|gz)$")]
    private static partial Regex CompressedName();
}
