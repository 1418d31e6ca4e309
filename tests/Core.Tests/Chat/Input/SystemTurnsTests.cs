using Rill.Chat;
using Rill.Chat.Input;
using Rill.Core.Tests.Chat.Input.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input;

/// <summary>System turns in the middle, for templates that write them and for those that do not.</summary>
public sealed class SystemTurnsTests
{
    private const string Writes = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    private const string Refuses =
        "{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('late system') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}";
    private const string LeavesOut = "{% for m in messages %}{% if m.role != 'system' or loop.first %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}";
    private const string Hoists =
        "{% for m in messages %}{% if m.role == 'system' %}<system>{{ m.content }}{% endif %}{% endfor %}{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}";

    private const string Late = """
        {"role":"user","content":"a"},{"role":"system","content":"s1"},{"role":"assistant","content":"b"},
        {"role":"system","content":"s2"},{"role":"user","content":"c"}
        """;

    [Fact]
    public async Task Fit_ToATemplateThatWritesThem_ChangesNothing() =>
        Assert.Equal(["system", "user", "system", "assistant", "system", "user"], (await FitAsync(Writes, Late)).Select(message => message.Role));

    [Theory]
    [InlineData(Refuses)]
    [InlineData(LeavesOut)]
    [InlineData(Hoists)]
    public async Task Fit_ToOthers_FoldsThemIntoTheUsersTurnsBesideThem(string template)
    {
        var messages = await FitAsync(template, Late);

        Assert.Equal(["system", "user", "assistant", "user"], messages.Select(message => message.Role));
        Assert.Equal(["a", "<system>\ns1\n</system>"], messages[1].Content!.Parts);
        Assert.Equal(["<system>\ns2\n</system>", "c"], messages[3].Content!.Parts);
    }

    [Fact]
    public async Task Fit_OfOneThatNoUserStandsBeside_MakesAUsersTurn() => Assert.Equal(
        ["system", "user", "assistant", "user"],
        (await FitAsync(Refuses, """{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"system","content":"s"}""")).Select(message => message.Role));

    /// <summary>As coding agents write them: several at the beginning, of the developer too, and later ones at each change of their mode.</summary>
    [Theory]
    [InlineData("system", "system")]
    [InlineData("system", "developer")]
    [InlineData("developer", "developer")]
    public async Task Fit_OfSeveralAtTheBeginning_MakesThemOne(string first, string second)
    {
        await using var world = new ChatWorld(template: Refuses.Replace("m.role == 'system'", "m.role in ('system', 'developer')", StringComparison.Ordinal));
        string[] roles = [first, second, second, "user", "developer"];
        var asked = new ChatCompletionRequest { Messages = [.. roles.Select((role, index) => new ChatMessage(role, new MessageContent($"{index}")))] };

        var messages = SystemTurns.Fit(asked, world.Service.Model).Messages;

        Assert.Equal([first, "user"], messages.Select(message => message.Role));
        Assert.Equal("0\n\n1\n\n2", messages[0].Content!.Text);
        Assert.Equal(["3", "<system>\n4\n</system>"], messages[1].Content!.Parts);
        Assert.Null(ChatPrompt.Encode(asked, world.Service.Model, int.MaxValue, CancellationToken.None).Error);
    }

    private static async Task<IReadOnlyList<ChatMessage>> FitAsync(string template, string messages)
    {
        await using var world = new ChatWorld(template: template);
        return SystemTurns.Fit(MessagesJson.Turns(messages, "\"system\":\"first\""), world.Service.Model).Messages;
    }
}
