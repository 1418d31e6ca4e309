using System.Net;
using Microsoft.Playwright;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>The reference of the API in a browser.</summary>
[Collection(nameof(World))]
public sealed class ReferenceTests(World world)
{
    [SkippableTheory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Reference_IsReadable_UnderItsPolicy(ColorScheme scheme, int width)
    {
        await using var visit = await world.VisitAsync(
            await world.OpenAsync(), "reference", new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 860 } });

        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("reference");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "POST /v1/chat/completions", Exact = true }).ClickAsync();
        await Expect(visit.Page.Locator("#createChatCompletion")).ToBeInViewportAsync();
        await visit.Page.Locator("#schema-ChatCompletionRequest summary").ClickAsync();
        await Expect(visit.Page.Locator("#schema-ChatCompletionRequest").GetByText("temperature", new() { Exact = true })).ToBeVisibleAsync();

        Assert.Equal("collapse", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('table')).borderCollapse"));
        Assert.True(await visit.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the window.");
        await Axe.FindsNothingAsync(visit.Page, $"the reference, {scheme}");
        visit.AssertClean();
    }

    [Fact]
    public async Task Reference_IsOffWithThePage_AndTheDescriptionIsNot()
    {
        var server = await world.OffAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync(new Uri("reference", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(new Uri("openapi.json", UriKind.Relative))).StatusCode);
    }
}
