using System.Text.RegularExpressions;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>What a person sees when something fails, must wait, or needs a key.</summary>
[Collection(nameof(World))]
public sealed class FailureTests(World world)
{
    // The browser's own lines on statuses and connections, which no page can keep it from writing.
    private const string BrowsersOwn = "Failed to load resource";

    [SkippableFact]
    public async Task FailedStream_IsToldInWordsWithTheRequestsId_AndCanBeTriedAgain()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        // A browser that is behind drops what it has not read when the connection breaks (Streams, "error"): so the first word comes seconds earlier.
        await visit.SendAsync("!text Half of an answer that goes on, and on, and on, until its model breaks in the middle of it\n!delay ms=40\n!fault after=64");

        await Expect(visit.Of("error")).ToBeVisibleAsync();
        await Expect(visit.Of("request-id")).ToHaveTextAsync(new Regex("^req_[0-9a-f]{32}$"));
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Half");
        Assert.DoesNotContain("   at ", await visit.Of("error").InnerTextAsync(), StringComparison.Ordinal);
        await visit.Of("retry").ClickAsync();
        await Expect(visit.Of("branch-place")).ToHaveTextAsync("2/2");
        visit.AssertClean("net::ERR");
    }

    [SkippableFact]
    public async Task RefusedRequest_IsToldInTheServersWords()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-temperature").FillAsync("7");

        await visit.SendAsync("!text never");

        await Expect(visit.Of("error")).ToContainTextAsync("temperature");
        await Expect(visit.Of("request-id")).ToBeVisibleAsync();
        visit.AssertClean(BrowsersOwn);
    }

    [SkippableFact]
    public async Task ServerThatIsGone_IsToldInWords()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await Expect(visit.Of("empty")).ToBeVisibleAsync();
        await visit.Page.Context.SetOfflineAsync(true);

        await visit.SendAsync("!text never");

        await Expect(visit.Of("error")).ToContainTextAsync("cannot be reached");
        visit.AssertClean(BrowsersOwn);
    }

    [SkippableFact]
    public async Task Key_IsAskedForWhenNeeded_RefusedWhenWrong_AndKeptInThisTabAlone()
    {
        await using var visit = await world.VisitAsync(await world.LockedAsync());

        await Expect(visit.Of("key-dialog")).ToBeVisibleAsync();
        await EnterAsync(visit, "a-wrong-key");
        await Expect(visit.Of("key-dialog")).ToContainTextAsync("did not accept");
        await EnterAsync(visit, World.Key);
        await Expect(visit.Of("key-dialog")).ToHaveCountAsync(0);
        await visit.SendAsync("!text Open now");
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Open now");
        await visit.ExpectKeptAsync("\"content\":\"Open now\"");

        await visit.Page.ReloadAsync();
        await visit.SendAsync("!text Still open");
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("Still open");
        var stores = await visit.Page.EvaluateAsync<string>("JSON.stringify({...localStorage}) + document.cookie + location.href");
        Assert.DoesNotContain(World.Key, stores, StringComparison.Ordinal);
        Assert.Contains(World.Key, await visit.Page.EvaluateAsync<string>("JSON.stringify({...sessionStorage})"), StringComparison.Ordinal);
        visit.AssertClean(BrowsersOwn);
    }

    [SkippableFact]
    public async Task Request_ThatWaitsForAPlace_IsToldItsPlace()
    {
        var server = await world.LockedAsync();
        await using var first = await world.VisitAsync(server);
        await EnterAsync(first, World.Key);
        await first.SendAsync("!endless\n!delay ms=10");
        await Expect(first.Of("message-assistant")).ToContainTextAsync("1 2 3");
        await using var second = await world.VisitAsync(server);
        await EnterAsync(second, World.Key);

        await second.SendAsync("!text My turn");

        await Expect(second.Of("waiting")).ToContainTextAsync("Next in the queue");
        await first.Of("stop").ClickAsync();
        await Expect(second.Of("message-assistant")).ToContainTextAsync("My turn");
        second.AssertClean(BrowsersOwn);
    }

    [SkippableFact]
    public async Task ColdStart_ShowsThePageAndTheLoad_ThenTheAnswerOfTheRealModel()
    {
        InstalledBrowser.Require();
        await using var late = await LateModel.StartAsync();
        await using var visit = await world.VisitAsync(late.Server);
        await Expect(visit.Of("server-loading")).ToBeVisibleAsync();

        await visit.SendAsync("Tell me a short story about a lighthouse.");
        await Expect(visit.Of("waiting")).ToContainTextAsync("The model is loading");
        late.LetGo();

        await Expect(visit.Of("stats")).ToContainTextAsync("to first token", new() { Timeout = 180_000 });
        await Expect(visit.Of("stop")).ToHaveCountAsync(0, new() { Timeout = 180_000 });
        await Expect(visit.Of("message-assistant")).ToContainTextAsync(new Regex(@"\w+ \w+ \w+"));
        await Expect(visit.Of("error")).ToHaveCountAsync(0);
        visit.AssertClean(BrowsersOwn);
    }

    private static async Task EnterAsync(Visit visit, string key)
    {
        await visit.Of("key-input").FillAsync(key);
        await visit.Of("key-submit").ClickAsync();
    }
}
