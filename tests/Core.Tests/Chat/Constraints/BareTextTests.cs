using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Answers that are no JSON but have a form all the same.</summary>
public sealed class BareTextTests
{
    [Theory]
    [InlineData("a|bc*", "a", true)]
    [InlineData("a|bc*", "bcc", true)]
    [InlineData("a|bc*", "ab", false)]
    [InlineData("a|bc*", " a", false)]
    [InlineData("\\d{3}-\\d{2}", "123-45", true)]
    [InlineData("\\d{3}-\\d{2}", "123-4", false)]
    [InlineData("[^\"]+\\n", "é\\x\n", true)]
    public void Regex_IsMatchedByTheWholeText(string pattern, string text, bool isRight)
    {
        var request = ConstraintWorld.Ask(null) with { ResponseFormat = new(null, IsStrict: true) { Path = "structured_outputs.regex", Pattern = pattern } };

        if (isRight)
        {
            new ConstraintWorld(null).AssertAccepts(request, text);
        }
        else
        {
            new ConstraintWorld(null).AssertRefuses(request, text);
        }
    }

    [Fact]
    public void Choice_IsOneOfTheTextsAndCompleteWhereNoneIsLonger()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>");
        var request = ConstraintWorld.Ask(null) with { ResponseFormat = new(null, IsStrict: true) { Choices = ["yes", "yes, but", "\"no\""] } };

        world.AssertAccepts(request, "yes");
        world.AssertAccepts(request, "yes, but");
        world.AssertAccepts(request, "\"no\"");
        world.AssertAccepts(request, "<think>well</think>\n\nyes");
        world.AssertRefuses(request, "no");
        world.AssertRefuses(request, "\n\n<think>well</think>\n\nyes");
        Assert.Equal(8, world.Accepted(request, "yes, but no"));
    }

    [Fact]
    public void Grammar_StandsBehindTheReasoning()
    {
        var world = new ConstraintWorld(Formats.Qwen3, "<think>", "</think>");
        var request = ConstraintWorld.Ask(null) with { ResponseFormat = new(null, IsStrict: true) { Grammar = "root ::= \"(\" root? \")\"" } };

        world.AssertAccepts(request, "((()))");
        world.AssertAccepts(request, "<think>(</think>\n\n()");
        world.AssertRefuses(request, "(()");
        Assert.Equal(4, world.Accepted(request, "(())()"));
    }

    [Fact]
    public void Grammar_ThatCannotBeUsed_IsNamed()
    {
        var error = new ConstraintWorld(null).Of(ConstraintWorld.Ask(null) with
        {
            ResponseFormat = new(null, IsStrict: true) { Path = "structured_outputs.grammar", Grammar = "root ::= \"a\"\n  b" },
        }).Error!;

        Assert.Equal((400, "structured_outputs.grammar"), (error.Status, error.Param));
        Assert.Equal("structured_outputs.grammar cannot be used: line 2: the rule 'b' is not defined.", error.Message);
    }

    [Fact]
    public void Regex_OfATextThatIsDone_IsComplete()
    {
        var request = ConstraintWorld.Ask(null) with { ResponseFormat = new(null, IsStrict: true) { Pattern = "[a-c]{2}" } };

        Assert.Equal(2, new ConstraintWorld(null).Accepted(request, "abc"));
    }

    [Theory]
    [InlineData("(a", "cannot be used")]
    [InlineData("(?=a)b", "cannot be used")]
    [InlineData("a^b", "matches no text")]
    [InlineData("(.{1,1000}){1,1000}", "cannot be used")]
    public void Regex_ThatCannotBeUsed_IsNamed(string pattern, string told)
    {
        var error = new ConstraintWorld(null).Of(ConstraintWorld.Ask(null) with
        {
            ResponseFormat = new(null, IsStrict: true) { Path = "guided_regex", Pattern = pattern },
        }).Error!;

        Assert.Equal((400, "guided_regex"), (error.Status, error.Param));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }
}
