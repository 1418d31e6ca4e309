using System.Xml.Linq;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.OpenApi;

/// <summary>The page that shows the document.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ReferencePageTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Page_ShowsEveryOperation_EverySchemaAndEveryMember()
    {
        var document = await ApiDocument.OfAsync(_server);
        var page = await ReadAsync();
        var ids = page.Descendants().Select(element => element.Attribute("id")?.Value).OfType<string>().ToList();

        Assert.Equal(ids.Distinct(), ids);
        Assert.Empty(document.Operations.Select(entry => entry.Operation["operationId"]!.GetValue<string>()).Except(ids));
        Assert.All(document.Operations, entry => Assert.Contains(page.Descendants("code"), code => code.Value == entry.Path));
        foreach (var (name, schema) in document.Schemas)
        {
            var shown = Assert.Single(page.Descendants("details"), details => details.Attribute("id")!.Value == "schema-" + name).Value;
            Assert.All(schema!["properties"]?.AsObject().Select(property => property.Key) ?? [], member => Assert.Contains(member, shown, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task EveryLink_LeadsSomewhere()
    {
        var page = await ReadAsync();
        var ids = page.Descendants().Select(element => element.Attribute("id")?.Value).ToHashSet();
        var links = page.Descendants("a").Select(link => link.Attribute("href")!.Value).Distinct().ToList();

        Assert.Contains("openapi.json", links);
        Assert.All(links.Where(link => link.StartsWith('#')), link => Assert.Contains(link[1..], ids));
        Assert.Equal(["openapi.json"], links.Where(link => !link.StartsWith('#')));
    }

    [Fact]
    public async Task Page_HasNoScript_AndItsPolicyAllowsNone()
    {
        using var response = await _server.Client.GetAsync(new Uri("reference", UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(304, (await _server.SendAsync(HttpMethod.Get, "reference", null, ("If-None-Match", response.Headers.ETag!.ToString()))).Status);
    }

    /// <summary>What a browser reads: the elements that it must not take for begun only are never empty.</summary>
    private async Task<XDocument> ReadAsync()
    {
        var text = (await _server.GetAsync("reference")).Body;
        Assert.StartsWith("<!doctype html>\n", text, StringComparison.Ordinal);
        var page = XDocument.Parse(text["<!doctype html>\n".Length..]);
        Assert.Empty(page.Descendants().Where(element => element.IsEmpty && element.Name != "meta").Select(element => element.ToString()));
        return page;
    }
}
