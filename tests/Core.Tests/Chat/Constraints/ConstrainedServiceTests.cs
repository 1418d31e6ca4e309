using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Constraints;

/// <summary>Constraints through the whole chat service.</summary>
public sealed class ConstrainedServiceTests
{
    [Fact]
    public async Task Answer_WithARequiredTool_IsACallWhateverTheModelWants()
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = "Good morning!" }, format: Formats.Qwen3);
        var request = ConstraintWorld.Ask(ToolChoiceMode.Required, ConstraintWorld.Tool("time", null)) with { ParallelToolCalls = false, EnableThinking = false };

        var message = (await world.AnswerAsync(request)).Choices[0].Message;

        var call = Assert.Single(message.ToolCalls!).Function;
        Assert.Equal(("time", null), (call.Name, message.Content));
        Assert.Matches("""^\{\s*\}$""", call.Arguments);
    }

    [Theory]
    [InlineData("{{ messages[-1]['content'] }}<think>\n", "so </think>\n{}", "so ", "\n{}")]
    [InlineData("{{ messages[-1]['content'] }}<think>\n\n</think>\n\n", "{}", null, "{}")]
    [InlineData("<think>{{ messages[-1]['content'] }}", "{}", null, "{}")]
    public async Task Answer_InAForm_BeginsWhereThePromptLeavesTheModel(string template, string said, string? reasoning, string content)
    {
        await using var world = new ChatWorld(new ScriptedRunnerOptions { Text = said }, template: template, format: Formats.Qwen3);

        var choice = (await world.AnswerAsync(ChatWorld.Ask("x") with { ResponseFormat = new(null, IsStrict: true) })).Choices[0];

        Assert.Equal((reasoning, content), (choice.Message.Reasoning, choice.Message.Content));
    }
}
