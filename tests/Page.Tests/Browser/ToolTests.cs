using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Page.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Rill.Page.Tests.Browser;

/// <summary>Tools and schemas.</summary>
[Collection(nameof(World))]
public sealed class ToolTests(World world)
{
    private const string Weather = """
        [{"name":"get_weather","description":"The weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}]
        """;

    [SkippableFact]
    public async Task Call_IsShown_ItsResultIsAskedFor_AndTheModelGoesOn()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("tools").FillAsync(Weather);

        await visit.SendAsync("""
            !text <tool_call>\n{"name":"get_weather","arguments":{"city":"Oslo"}}\n</tool_call>
            !answer In Oslo it is {result}.
            """);
        await Expect(visit.Of("tool-calls")).ToContainTextAsync("get_weather");
        await Expect(visit.Of("tool-calls")).ToContainTextAsync("\"city\": \"Oslo\"");
        await visit.Of("tool-result").FillAsync("seven degrees");
        await visit.Of("send-results").ClickAsync();

        await Expect(visit.Of("message-assistant").Nth(1)).ToContainTextAsync("In Oslo it is seven degrees.");
        await Expect(visit.Of("send-results")).ToHaveCountAsync(0);
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Schema_BindsTheAnswer()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();
        await visit.Of("schema").FillAsync("""{"type":"object","properties":{"river":{"enum":["Rill","Rhine"]}},"required":["river"],"additionalProperties":false}""");

        await visit.SendAsync("""!text {"river":"Rhone"}"""); // which the schema does not know

        await Expect(visit.Of("message-assistant")).ToContainTextAsync("}");
        var answer = Regex.Match(await visit.Of("message-assistant").InnerTextAsync(), @"\{.*\}", RegexOptions.Singleline).Value;
        Assert.Equal("Rhine", JsonElement.Parse(answer).GetProperty("river").GetString());
        visit.AssertClean();
    }

    [SkippableFact]
    public async Task Setting_ThatCannotBeSent_IsToldBesideIt_AndTheMessageStays()
    {
        await using var visit = await world.VisitAsync(await world.OpenAsync());
        await visit.Of("settings").ClickAsync();

        foreach (var (field, text, other) in new[] { ("schema", "{", "tools"), ("tools", "[{}]", "schema") })
        {
            await visit.Of(field).FillAsync(text);
            await visit.SendAsync("!text Nothing of this is sent");

            await Expect(visit.Of(field + "-problem")).ToBeVisibleAsync();
            await Expect(visit.Of(other + "-problem")).ToHaveCountAsync(0);
            await Expect(visit.Of("prompt")).ToHaveValueAsync("!text Nothing of this is sent");
            await Expect(visit.Of("message-user")).ToHaveCountAsync(0);
            await visit.Of(field).FillAsync("");
        }

        visit.AssertClean();
    }
}
