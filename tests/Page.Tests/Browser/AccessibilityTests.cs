using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>For everybody: axe finds nothing to complain of, and a keyboard is enough.</summary>
[Collection(nameof(World))]
public sealed class AccessibilityTests(World world)
{
    private const string Rich = @"!text <think>A thought</think># Title\n\nText with `code`, a [link](https://example.com) and $x^2$.\n\n```js\nconst a = 1; // note\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\n- item";

    [SkippableTheory]
    [InlineData(ColorScheme.Light, 1280, 860)]
    [InlineData(ColorScheme.Dark, 1280, 860)]
    [InlineData(ColorScheme.Light, 390, 844)]
    public async Task Axe_FindsNothing(ColorScheme scheme, int width, int height)
    {
        await using var visit = await world.VisitAsync(
            await world.OpenAsync(), options: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce });
        await Expect(visit.Of("empty")).ToBeVisibleAsync();
        await CheckAsync(visit, "empty");

        await visit.SendAsync(Rich);
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator(".hljs-keyword")).ToBeVisibleAsync();
        await visit.Of("reasoning").Locator("summary").ClickAsync();
        await CheckAsync(visit, "conversation");

        await visit.SendAsync("!text broken\n!fault after=2");
        await Expect(visit.Of("error")).ToBeVisibleAsync();
        await visit.Of("settings").ClickAsync();
        await visit.Of("schema").FillAsync("{");
        await visit.Of("tools").FillAsync("""[{"name":"f"}]""");
        await CheckAsync(visit, "error and settings");
        await visit.Of("schema").FillAsync("");
        await visit.Of("tools").FillAsync("");
        await visit.Of("side-close").ClickAsync();

        await visit.Of("panel-toggle").ClickAsync();
        await Expect(visit.Of("panel-running")).ToBeVisibleAsync();
        await CheckAsync(visit, "engine");
        await visit.Of("side-close").ClickAsync();

        await OpenListAsync(visit);
        await CheckAsync(visit, "list");
        await visit.Of("delete-all").ClickAsync();
        await CheckAsync(visit, "question");
        await visit.Of("confirm-no").ClickAsync();
        await visit.Of("key").ClickAsync();
        await CheckAsync(visit, "key");
        await visit.Of("key-cancel").ClickAsync();
    }

    [SkippableFact]
    public async Task Axe_FindsNothing_InTwoPanesWithProbabilities()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-logprobs").CheckAsync();
        await visit.Of("side-close").ClickAsync();
        await visit.Of("compare").ClickAsync();
        await visit.SendAsync("!text side by side");
        await Expect(visit.Of("stats")).ToHaveCountAsync(2);
        await visit.Of("tokens").First.GetByText("s", new() { Exact = true }).First.HoverAsync();

        await CheckAsync(visit, "panes");
    }

    [SkippableFact]
    public async Task Keyboard_IsEnoughForAWholeConversation()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        var keyboard = visit.Page.Keyboard;
        await Expect(visit.Of("prompt")).ToBeFocusedAsync();

        await keyboard.TypeAsync("!text Line one");
        await keyboard.PressAsync("Shift+Enter");
        await keyboard.TypeAsync("and line two");
        await Expect(visit.Of("prompt")).ToHaveValueAsync("!text Line one\nand line two");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await Expect(visit.Of("prompt")).ToBeFocusedAsync();

        await keyboard.TypeAsync("!endless");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("1 2 3");
        await keyboard.PressAsync("Escape");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);

        await FocusByTabAsync(visit, "regenerate");
        await keyboard.PressAsync("Escape");
        await FocusByTabAsync(visit, "settings");
        await keyboard.PressAsync("Enter");
        await Expect(visit.Of("settings-panel")).ToBeVisibleAsync();
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task ScreenReader_IsToldOfAnAnswerOnce_AndNotOfEachToken()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.SendAsync("!text Told once");

        await Expect(visit.Of("announcement")).ToContainTextAsync("Told once");
        await Expect(visit.Of("message-assistant")).ToHaveAttributeAsync("aria-busy", "false");
        Assert.Equal(0, await visit.Of("message-assistant").Locator("[aria-live]").CountAsync());
    }

    private static async Task OpenListAsync(Visit visit)
    {
        if (await visit.Of("menu").IsVisibleAsync())
        {
            await visit.Of("menu").ClickAsync();
        }
    }

    /// <summary>Goes on with the Tab key until the element has the focus, which has to be seen on it.</summary>
    private static async Task FocusByTabAsync(Visit visit, string testId)
    {
        for (var steps = 0; steps < 60; steps++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            if (await visit.Page.EvaluateAsync<string?>("document.activeElement?.dataset.testid") == testId)
            {
                Assert.NotEqual("none", await visit.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
                return;
            }
        }

        Assert.Fail($"The Tab key does not lead to {testId}.");
    }

    private static async Task CheckAsync(Visit visit, string state)
    {
        var result = await visit.Page.RunAxe(new() { ResultTypes = [ResultType.Violations] });
        Assert.True(result.Violations.Length == 0, $"{state}: " + string.Join('\n', result.Violations.Select(violation =>
            $"{violation.Id}: {violation.Help}\n" + string.Join('\n', violation.Nodes.Select(node => "  " + node.Html + " " + string.Join(' ', node.Any.Select(check => check.Message)))))));
    }
}
