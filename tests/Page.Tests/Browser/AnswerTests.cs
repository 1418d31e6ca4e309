using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>An answer from the first token to the last, and what is left of it.</summary>
[Collection(nameof(World))]
public sealed class AnswerTests(World world)
{
    private const string Endless = "!endless\n!delay ms=10";

    [SkippableFact]
    public async Task Answer_GrowsAsItsTokensCome()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.SendAsync(Endless); // whatever is seen of it is seen before its end

        var answer = visit.Of("message-assistant");
        await Expect(answer).ToContainTextAsync("1 2 3");
        await Expect(answer).ToContainTextAsync("19 20 21");
        await visit.Of("stop").ClickAsync();
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        visit.AssertClean();
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("chat")]
    public async Task Answer_ThatEnds_TellsItsFigures(string path)
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync(), path);

        await visit.SendAsync("!count to=5\n!delay ms=40");

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("4 5");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        await Expect(visit.Of("stats")).ToContainTextAsync(new Regex(@"to first token.*[\d,]+ tokens/s.*\d tokens.*prompt \d+", RegexOptions.Singleline));
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Stop_KeepsWhatIsThere_AndFreesTheEngine()
    {
        var server = await world.OpenAsync();
        await using var visit = await world.VisitAsync(server);
        await visit.SendAsync(Endless);
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("1 2 3");
        await Engine.BecomesAsync(server, 1);    // and no more: another test's may just be ending

        await visit.Of("stop").ClickAsync();

        await Engine.BecomesIdleAsync(server);
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("1 2 3");
        await Expect(visit.Of("error")).ToHaveCountAsync(0);
        await visit.SendAsync("!text And on it goes.");
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("And on it goes.");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Reload_ShowsTheConversationAgain()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text What was said **stays**.");
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("What was said stays.");
        await visit.ExpectKeptAsync("\"content\":\"What was said **stays**.\"");    // and not the question, which has these words, too

        await visit.Page.ReloadAsync();

        await Expect(visit.Of("message-user")).ToContainTextAsync("!text What was said");
        await Expect(visit.Of("message-assistant").Locator("strong")).ToHaveTextAsync("stays");
        await Expect(visit.Of("conversation")).ToHaveCountAsync(1);
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Reload_AmidAnAnswer_KeepsItsBeginning_AndFreesTheEngine()
    {
        var server = await world.OpenAsync();
        await using var visit = await world.VisitAsync(server);
        await visit.SendAsync(Endless);
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("1 2 3");
        await visit.ExpectKeptAsync("1 2 3 4");    // the page writes what is there of an answer every second

        await visit.Page.ReloadAsync();

        await Engine.BecomesIdleAsync(server);
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("1 2 3");
    }

    [SkippableFact]
    public async Task Reasoning_IsFoldedAway()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.SendAsync("!text <think>A secret thought</think>The open answer");

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("The open answer");
        await Expect(visit.Of("reasoning")).ToHaveJSPropertyAsync("open", false);
        await Expect(visit.Of("reasoning").GetByText("A secret thought")).ToBeHiddenAsync();
        await visit.Of("reasoning").Locator("summary").ClickAsync();
        await Expect(visit.Of("reasoning").GetByText("A secret thought")).ToBeVisibleAsync();
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Markdown_CodeAndFormulas_AreRendered()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());

        await visit.SendAsync(@"!text # A title\n\n```js\nconst answer = 42;\n```\n\n$$e^{i\pi} = -1$$\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe *end*");

        var answer = visit.Of("message-assistant");
        await Expect(answer.Locator("em")).ToHaveTextAsync("end");
        await Expect(answer.Locator("code .hljs-keyword")).ToHaveTextAsync("const");
        await Expect(answer.Locator("math")).ToHaveCountAsync(1);
        await Expect(answer.Locator("table td")).ToHaveTextAsync(["1", "2"]);
        await Expect(answer.GetByRole(AriaRole.Heading, new() { Name = "A title" })).ToBeVisibleAsync();
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Copy_PutsTheAnswersOwnTextOnTheClipboard()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await visit.SendAsync("!text some **strong** words");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();

        await visit.Of("message-assistant").GetByTestId("copy").ClickAsync();

        Assert.Equal("some **strong** words", await visit.Page.EvaluateAsync<string>(
            """
            async () => {
              let text = '';
              for (let looks = 0; looks < 1200 && text === ''; looks++) {
                if (looks > 0) await new Promise(go => setTimeout(go, 50));
                text = await navigator.clipboard.readText();
              }
              return text;
            }
            """));
    }

    [SkippableFact]
    public async Task Probabilities_AreShownUnderTheMouse()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-logprobs").CheckAsync();
        await visit.SendAsync("!text abc");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();    // from then on nothing moves under the mouse

        await visit.Of("tokens").GetByText("b", new() { Exact = true }).HoverAsync();

        await Expect(visit.Of("alternatives")).ToContainTextAsync(new Regex(@"b\s*9\d %"));
        visit.AssertClean();
    }

    /// <summary>Its first words are drawn long before its last ones come.</summary>
    [SkippableFact]
    public async Task Probabilities_OfAnAnswerThatGrows_AreThoseOfAllOfIt()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-logprobs").CheckAsync();

        await visit.SendAsync("!text abcdefghijklmnopqrstuvwxyz0123456789\n!delay ms=40");
        await Expect(visit.Of("tokens")).ToBeVisibleAsync();

        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await Expect(visit.Of("tokens")).ToContainTextAsync("abcdefghijklmnopqrstuvwxyz0123456789");
    }

    [SkippableFact]
    public async Task Parameters_ReachTheServer()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("system").FillAsync("Be brief.");
        foreach (var (name, value) in new[] { ("temperature", "0.5"), ("top_p", "0.9"), ("top_k", "40"), ("min_p", "0.05"), ("seed", "7"), ("max_tokens", "5"), ("frequency_penalty", "0.1"), ("presence_penalty", "0.2") })
        {
            await visit.Of("param-" + name).FillAsync(value);
        }

        await visit.Of("param-stop").FillAsync("END");
        var request = await visit.Page.RunAndWaitForRequestAsync(() => visit.SendAsync("!endless"), "**/v1/chat/completions");

        var body = System.Text.Json.JsonElement.Parse(request.PostData!);
        Assert.Equal(["system", "user"], body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(
            [0.5, 0.9, 40, 0.05, 7, 5, 0.1, 0.2],
            new[] { "temperature", "top_p", "top_k", "min_p", "seed", "max_tokens", "frequency_penalty", "presence_penalty" }.Select(name => body.GetProperty(name).GetDouble()));
        Assert.Equal("END", body.GetProperty("stop")[0].GetString());
        await Expect(visit.Of("stats")).ToContainTextAsync("cut at the token limit");
        visit.AssertClean();
    }
}
