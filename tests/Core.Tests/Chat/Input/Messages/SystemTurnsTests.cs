using Rill.Chat;
using Rill.Chat.Input.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input.Messages;

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

    private static async Task<IReadOnlyList<ChatMessage>> FitAsync(string template, string messages)
    {
        await using var world = new ChatWorld(template: template);
        return SystemTurns.Fit(MessagesJson.Turns(messages, "\"system\":\"first\""), world.Service.Model).Messages;
    }
}
