using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class ReasoningFieldsTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("minimal")]
    [InlineData("low")]
    [InlineData("medium")]
    [InlineData("high")]
    [InlineData("xhigh")]
    [InlineData("max")]
    public void TryRead_AnEffort_ReadsItUnderEveryName(string effort)
    {
        Assert.Equal(effort, ChatRequestReaderTests.ReadWith($"\"reasoning_effort\":\"{effort}\"").ReasoningEffort);
        Assert.Equal(effort, ChatRequestReaderTests.ReadWith($$"""{{"\"reasoning\":"}}{"effort":"{{effort}}"}""").ReasoningEffort);
        Assert.Equal(effort, ChatRequestReaderTests.ReadWith($"\"think\":\"{effort}\"").ReasoningEffort);
    }

    [Theory]
    [InlineData("\"enable_thinking\":true", true)]
    [InlineData("\"enable_thinking\":false", false)]
    [InlineData("\"think\":false", false)]
    [InlineData("\"thinking\":true", true)]
    [InlineData("\"thinking\":{\"type\":\"enabled\"}", true)]
    [InlineData("\"thinking\":{\"type\":\"adaptive\"}", true)]
    [InlineData("\"thinking\":{\"type\":\"disabled\"}", false)]
    [InlineData("\"thinking\":{}", null)]
    [InlineData("\"reasoning\":{\"enabled\":false}", false)]
    [InlineData("\"reasoning\":{}", null)]
    [InlineData("\"reasoning_effort\":\"low\"", null)]
    public void TryRead_TheSwitchesOfPeers_TurnThinkingOnAndOff(string member, bool? expected) =>
        Assert.Equal(expected, ChatRequestReaderTests.ReadWith(member).EnableThinking);

    [Theory]
    [InlineData("\"thinking_token_budget\":5", 5)]
    [InlineData("\"reasoning_budget_tokens\":0", 0)]
    [InlineData("\"thinking_budget\":7", 7)]
    [InlineData("\"thinking_budget\":-1", null)]
    [InlineData("\"reasoning\":{\"max_tokens\":9}", 9)]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":8}", 8)]
    public void TryRead_TheBudgetsOfPeers_AreOne(string member, int? expected) =>
        Assert.Equal(expected, ChatRequestReaderTests.ReadWith(member).ThinkingBudget);

    [Theory]
    [InlineData("\"x\":0", true)]
    [InlineData("\"include_reasoning\":false", false)]
    [InlineData("\"reasoning\":{\"exclude\":true}", false)]
    public void TryRead_IncludeReasoning_IsTrueUnlessItSaysOtherwise(string member, bool expected) =>
        Assert.Equal(expected, ChatRequestReaderTests.ReadWith(member).IncludeReasoning);

    [Theory]
    [InlineData("\"reasoning_effort\":\"huge\"", "reasoning_effort")]
    [InlineData("\"reasoning_effort\":3", "reasoning_effort")]
    [InlineData("\"reasoning\":{\"effort\":\"huge\"}", "reasoning.effort")]
    [InlineData("\"reasoning\":true", "reasoning")]
    [InlineData("\"think\":\"huge\"", "think")]
    [InlineData("\"thinking\":{\"type\":\"x\"}", "thinking.type")]
    [InlineData("\"enable_thinking\":\"yes\"", "enable_thinking")]
    [InlineData("\"include_reasoning\":1", "include_reasoning")]
    [InlineData("\"thinking_token_budget\":-2", "thinking_token_budget")]
    [InlineData("\"thinking\":{\"budget_tokens\":-2}", "thinking.budget_tokens")]
    public void TryRead_AnotherValue_IsRefusedByName(string member, string param)
    {
        var error = ChatRequestReaderTests.ErrorWith(member);

        Assert.Equal((400, "invalid_value", param), (error.Status, error.Code, error.Param));
    }
}
