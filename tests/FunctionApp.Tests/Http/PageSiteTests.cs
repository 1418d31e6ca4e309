using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Rill.FunctionApp.Http.WebPage;

namespace Rill.FunctionApp.Tests.Http;

/// <summary>The page of an app that was built without it; what is served otherwise, tests/Page.Tests asks over HTTP.</summary>
public sealed class PageSiteTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/chat")]
    public async Task Page_ThatWasNotBuilt_SaysHowToGetIt_AndWhereTheApiIs(string path)
    {
        var http = await AnswerAsync(path, "rill.example:7071");

        Assert.Equal((200, "text/html; charset=utf-8"), (http.Response.StatusCode, http.Response.ContentType));
        var text = BodyOf(http);
        Assert.Contains("install Node 20.19, 22.12 or later and start ./run again", text, StringComparison.Ordinal);
        Assert.Contains("<code>http://rill.example:7071/v1</code>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ThatWasNotBuilt_WritesAHostsNameAsText() =>
        Assert.DoesNotContain("<script>", BodyOf(await AnswerAsync("/", "<script>alert(1)</script>")), StringComparison.Ordinal);

    [Fact]
    public async Task Asset_OfAPageThatWasNotBuilt_IsNotAnswered() => Assert.Null((await AnswerAsync("/assets/index.js", "h")).Response.ContentType);

    private static async Task<HttpContext> AnswerAsync(string path, string host)
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        (http.Request.Method, http.Request.Scheme, http.Request.Path, http.Request.Host) = ("GET", "http", path, new HostString(host));
        http.Response.Body = new MemoryStream();
        await new PageSite(new PageFiles("/no/such/folder"), new RillOptions()).TryAnswerAsync(http);
        return http;
    }

    private static string BodyOf(HttpContext http) => Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());
}
