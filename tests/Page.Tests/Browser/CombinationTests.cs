using System.Text.Json;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>Two things at once, each of which works alone, and browsers and people that do what one does not expect.</summary>
[Collection(nameof(World))]
public sealed class CombinationTests(World world)
{
    private const string Call = """!text <tool_call>\n{"name":"find","arguments":{}}\n</tool_call>""";

    [SkippableFact]
    public async Task Probabilities_OfAnAnswerWithThoughtsOrCalls_AreThoseOfItsText()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("param-logprobs").CheckAsync();
        await visit.Of("tools").FillAsync("""{"name":"find"}""");

        await visit.SendAsync("!text <think>A thought</think>Answer");
        await Expect(visit.Of("tokens")).ToHaveTextAsync("Answer");
        await Expect(visit.Of("stop")).ToHaveCountAsync(0);
        await visit.SendAsync(Call);

        await Expect(visit.Of("send-results")).ToBeVisibleAsync();
        await Expect(visit.Of("tokens")).ToHaveTextAsync("Answer"); // that of the first answer, the only one with text
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Browser_ThatForbidsStorage_HasAConversation_AndSaysThatItIsNotKept()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Page.AddInitScriptAsync("""
            window.BroadcastChannel = class { constructor() { throw new DOMException('', 'SecurityError'); } };
            IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); };
            """); // as Firefox does where cookies are blocked

        await visit.Page.ReloadAsync();

        await Expect(visit.Of("empty")).ToBeVisibleAsync();
        await visit.SendAsync("!text Said all the same");
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Said all the same");
        await Expect(visit.Of("server")).ToContainTextAsync("does not keep conversations");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Call_WithoutAResult_IsNotSentWithTheNextMessage()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("tools").FillAsync("""{"name":"find"}""");
        await visit.SendAsync(Call);
        await Expect(visit.Of("send-results")).ToBeVisibleAsync();

        var request = await visit.Page.RunAndWaitForRequestAsync(() => visit.SendAsync("!text Never mind"), "**/v1/chat/completions");

        var messages = JsonElement.Parse(request.PostData!).GetProperty("messages").EnumerateArray();
        Assert.Equal(["user"], messages.Select(message => message.GetProperty("role").GetString()));
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("Never mind");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Edit_ThatCannotBeSent_StaysInItsField()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.SendAsync("!text First answer");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await visit.Of("settings").ClickAsync();
        await visit.Of("schema").FillAsync("{");
        await visit.Of("edit").ClickAsync();
        await visit.Of("edit-text").FillAsync("!text Second answer");

        await visit.Of("edit-send").ClickAsync();

        await Expect(visit.Of("schema-problem")).ToBeVisibleAsync();
        await Expect(visit.Of("edit-text")).ToHaveValueAsync("!text Second answer");
        await visit.Of("schema").FillAsync("");
        await visit.Of("edit-send").ClickAsync();
        await Expect(visit.Of("message-assistant")).ToContainTextAsync("Second answer");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task EditAndSecondPane_AmidAnAnswer_WaitForItsEnd()
    {
        var server = await world.OpenAsync();
        await using var visit = await world.VisitAsync(server);
        await visit.SendAsync("!text First answer");
        await Expect(visit.Of("stats")).ToBeVisibleAsync();
        await visit.Of("edit").ClickAsync();
        await visit.Of("edit-text").FillAsync("!text Second answer");
        await visit.SendAsync("!endless\n!delay ms=10");
        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("1 2 3");

        await Expect(visit.Of("compare")).ToBeDisabledAsync();
        await Expect(visit.Of("edit-send")).ToBeDisabledAsync();
        await visit.Of("edit-text").PressAsync("Enter");

        await visit.Of("stop").ClickAsync();
        await Engine.BecomesIdleAsync(server);
        await Expect(visit.Of("compare")).ToBeEnabledAsync();
        await visit.Of("edit-send").ClickAsync();
        await Expect(visit.Of("message-assistant").First).ToContainTextAsync("Second answer");
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Key_ThatNoHeaderTakes_IsToldBesideItsField()
    {
        await using var visit = await world.VisitAsync(await world.LockedAsync());
        await visit.Of("key-input").FillAsync("key\u2013with a dash of a word processor");

        await visit.Of("key-submit").ClickAsync();

        await Expect(visit.Of("key-problem")).ToBeVisibleAsync();
        await Expect(visit.Of("key-input")).ToBeFocusedAsync();
        await visit.Of("key-input").FillAsync(World.Key);
        await visit.Of("key-submit").ClickAsync();
        await Expect(visit.Of("key-dialog")).ToHaveCountAsync(0);
        visit.AssertClean("Failed to load resource"); // the browser's own line on the status of 401
    }
}
