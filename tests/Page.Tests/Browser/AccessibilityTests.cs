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
    [InlineData(1280, 860)]
    [InlineData(390, 844)]
    public async Task Axe_FindsNothing_InLightOrDark(int width, int height)
    {
        await using var visit = await OpenAsync(width, height);
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
        await using var visit = await OpenAsync(1280, 860);
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
        await ListenAsync(visit);

        await visit.SendAsync("!text Told once\n!delay ms=20");

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Told once");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        await Expect(visit.Of("message-assistant")).ToHaveAttributeAsync("aria-busy", "false");
        Assert.Equal(["The answer begins.", "The answer: Told once"], await ToldAsync(visit));
        Assert.Equal(0, await visit.Of("message-assistant").Locator("[aria-live]").CountAsync());
    }

    private async Task<Visit> OpenAsync(int width, int height) => await world.VisitAsync(await world.OpenAsync(), options: new()
    {
        ColorScheme = ColorScheme.Light,
        ViewportSize = new() { Width = width, Height = height },
        ReducedMotion = ReducedMotion.Reduce,
    });

    /// <summary>Notes from now on what a screen reader is told: each sentence stands on the page for a second only.</summary>
    private static async Task ListenAsync(Visit visit)
    {
        await Expect(visit.Of("announcement")).ToHaveCountAsync(1);
        await visit.Page.EvaluateAsync(
            """
            () => {
              window.told = [];
              const place = document.querySelector('[data-testid=announcement]');
              let last = '';
              const note = () => {
                const text = place.textContent;
                if (text && text !== last) window.told.push(text); // written once more as it was, it is not read again
                last = text;
              };
              new MutationObserver(note).observe(place, { childList: true, characterData: true, subtree: true });
            }
            """);
    }

    /// <summary>What was told since then: once the beginning and the end of an answer were, or after some seconds.</summary>
    private static Task<string[]> ToldAsync(Visit visit) => visit.Page.EvaluateAsync<string[]>(
        """
        async () => {
          for (let looks = 0; looks < 1200 && window.told.length < 2; looks++) await new Promise(go => setTimeout(go, 50));
          return window.told;
        }
        """);

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

    /// <summary>Looks at the page as it is, then at its colours in the dark, and leaves it light.</summary>
    private static async Task CheckAsync(Visit visit, string state)
    {
        await Axe.FindsNothingAsync(visit.Page, state);
        var light = await InkAsync(visit);
        await visit.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.NotEqual(light, await InkAsync(visit));
        await Axe.FindsNothingAsync(visit.Page, state + " in the dark", Axe.RulesOfColour);
        await visit.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
    }

    private static Task<string> InkAsync(Visit visit) => visit.Page.EvaluateAsync<string>("getComputedStyle(document.body).color");
}
