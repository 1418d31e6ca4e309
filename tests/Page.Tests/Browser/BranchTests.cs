using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>Other answers and other questions beside those that are there, and two panes.</summary>
[Collection(nameof(World))]
public sealed class BranchTests(World world)
{
    [SkippableFact]
    public async Task Regenerate_KeepsBothAnswers()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text The same words");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();

        await visit.Of("regenerate").ClickAsync();

        await Expect(visit.Of("branch-place")).ToHaveTextAsync("2/2");
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("The same words");
        await visit.Of("branch-prev").ClickAsync();
        await Expect(visit.Of("branch-place")).ToHaveTextAsync("1/2");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Edit_BeginsABranch_AndTheOldOneIsAStepAway()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text First answer");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();

        await visit.Of("edit").ClickAsync();
        await visit.Of("edit-text").FillAsync("!text Second answer");
        await visit.Of("edit-send").ClickAsync();

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Second answer");
        await Expect(visit.Of("message-assistant")).ToHaveCountAsync(1);
        await visit.Of("branch-prev").ClickAsync();
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("First answer");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Compare_AsksTwiceWithTheirOwnParameters()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.Of("compare").ClickAsync();
        await visit.Of("pane-settings-1").ClickAsync();
        await visit.Of("param-max_tokens").FillAsync("5");
        await visit.SendAsync("!text One and the same question");

        await Expect(visit.Of("pane-0").GetByTestId("message-assistant")).ToContainTextAsync("One and the same question");
        await Expect(visit.Of("pane-1").GetByTestId("stats")).ToContainTextAsync("cut at the token limit");
        Assert.DoesNotContain("same", await visit.Of("pane-1").GetByTestId("message-assistant").InnerTextAsync(), StringComparison.Ordinal);
        await visit.Of("pane-close-1").ClickAsync();
        await Expect(visit.Of("message-assistant")).ToHaveCountAsync(1);
        visit.AssertClean();
    }
}
