using Rill.Chat.Format;
using Rill.Chat.Format.Named;
using Rill.Text;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>Whether a prompt opens the reasoning.</summary>
public sealed class PromptEndTests
{
    [Theory]
    [InlineData("<user>", "hi", "<assistant><think>\n", true)]
    [InlineData("<user>", "hi", "<assistant><think>\n\n</think>\n\n", false)]
    [InlineData("<user>", "hi", "<assistant>", false)]
    [InlineData("Think in <think>. <user>", "hi", "<assistant>", false)]
    [InlineData("<user>", "open <think>", "<assistant>", false)]
    [InlineData("<user>", "<think>", "", false)]
    [InlineData("<user>", "close </think>", "<assistant><think>", true)]
    public void OpensReasoning_OfAPrompt_LooksAtWhatTheTemplateWroteLast(string before, string request, string after, bool expected)
    {
        var prompt = new PromptText([new(before, false), new(request, true), new(after, false)]);

        Assert.Equal(expected, PromptEnd.OpensReasoning(prompt, NamedFormats.Find("think")));
        Assert.False(PromptEnd.OpensReasoning(prompt, NamedFormats.Find("hermes")));
        Assert.False(PromptEnd.OpensReasoning(prompt, null));
    }

    [Fact]
    public void OpensReasoning_OfAnAnswerThatGoesOn_LooksAtTheAnswer()
    {
        var open = new PromptText([new("<assistant><think>", false), new("hm", true)]);
        var closed = new PromptText([new("<assistant><think>", false), new("hm", true), new("</think>", false), new("So", true)]);

        Assert.True(PromptEnd.OpensReasoning(open, NamedFormats.Find("think"), continues: true));
        Assert.False(PromptEnd.OpensReasoning(closed, NamedFormats.Find("think"), continues: true));
    }
}
