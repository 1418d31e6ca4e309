using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>Conversations: kept in the browser only, in a file, or nowhere; and the engine's panel.</summary>
[Collection(nameof(World))]
public sealed class KeepingTests(World world)
{
    [SkippableFact]
    public async Task Conversations_AreExportedDeletedAndImported()
    {
        var file = Path.GetTempFileName();
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text Kept in a file");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await visit.Of("new").ClickAsync();
        await visit.SendAsync("!text Another one");
        await Expect(visit.Of("conversation")).ToHaveCountAsync(2);
        await Expect(visit.Of("stats")).ToBeVisibleAsync();

        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Of("export").ClickAsync());
        await download.SaveAsAsync(file);
        await visit.Of("delete-all").ClickAsync();
        await visit.Of("confirm-yes").ClickAsync();
        await Expect(visit.Of("conversation")).ToHaveCountAsync(0);
        await visit.ExpectKeptAsync("Kept in a file", isKept: false);
        await visit.Page.ReloadAsync();
        await Expect(visit.Of("empty")).ToBeVisibleAsync();
        await Expect(visit.Of("conversation")).ToHaveCountAsync(0);

        await visit.Of("import-file").SetInputFilesAsync(file);
        await Expect(visit.Of("conversation")).ToHaveCountAsync(2);
        await visit.Of("conversation").Nth(1).ClickAsync();
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Kept in a file");
        visit.AssertClean();
        File.Delete(file);
    }

    [SkippableFact]
    public async Task Conversations_StayInThisBrowser()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text Between us");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await visit.ExpectKeptAsync("\"content\":\"Between us\"");
        await visit.Page.ReloadAsync();
        await Expect(visit.Of("message-assistant")).ToBeVisibleAsync();

        await using var other = await world.VisitAsync(await world.OpenAsync());

        await Expect(other.Of("empty")).ToBeVisibleAsync();
        await Expect(other.Of("conversation")).ToHaveCountAsync(0);
    }

    [SkippableFact]
    public async Task Panel_ShowsWhatTheEngineDoes()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("panel-toggle").ClickAsync();
        await Expect(visit.Of("panel-running")).ToHaveTextAsync("0");

        await visit.SendAsync("!endless\n!delay ms=10");

        await Expect(visit.Of("panel-running")).ToHaveTextAsync("1");
        await Expect(visit.Of("panel-speed")).Not.ToHaveTextAsync("0");
        await visit.Of("stop").ClickAsync();
        await Expect(visit.Of("panel-running")).ToHaveTextAsync("0");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Panel_WithoutAKey_SaysWhy()
    {
        await using var visit = await world.VisitAsync(await world.LockedAsync());
        await visit.Of("key-cancel").ClickAsync();

        await visit.Of("panel-toggle").ClickAsync();

        await Expect(visit.Of("panel-obstacle")).ToContainTextAsync("key");
    }
}
