using Rill.Chat.Format;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat;

/// <summary>Requests with tools, of models whose calls can be read and of others.</summary>
public sealed class ToolRequestTests
{
    private static readonly ChatCompletionRequest s_request = ChatWorld.Ask("!text a") with { Functions = [new ToolDefinition("f", null, false)] };

    [Theory]
    [InlineData(null, "tools")]
    [InlineData(ToolChoiceMode.Auto, "tool_choice")]
    [InlineData(ToolChoiceMode.Required, "tool_choice")]
    [InlineData(ToolChoiceMode.Named, "tool_choice")]
    public async Task Start_WithToolsOfAModelWhoseCallsNobodyReads_SaysWhatToDo(ToolChoiceMode? mode, string param)
    {
        await using var world = new ChatWorld();

        var (_, error) = world.Service.Start(s_request with { ToolChoice = mode is { } chosen ? new ToolChoice(chosen) : null }, bodyBytes: 100);

        Assert.Equal((400, "unsupported_parameter", param), (error!.Status, error.Code, error.Param));
        Assert.Contains("with a tool_choice of none they come as text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithToolsThatAreNotToBeCalled_NeedsNoFormat()
    {
        await using var world = new ChatWorld();

        Assert.Equal("a", (await world.AnswerAsync(s_request with { ToolChoice = new ToolChoice(ToolChoiceMode.None) })).Choices[0].Message.Content);
    }

    [Fact]
    public async Task Start_WithToolsOfAModelWhoseCallsAreRead_Answers()
    {
        var tools = new ToolFormat { Call = [], Arguments = new ArgumentEncoding(ArgumentKind.Json) };
        await using var world = new ChatWorld(format: new MessageFormat { Source = "test", Tools = tools });

        Assert.Equal("a", (await world.AnswerAsync(s_request)).Choices[0].Message.Content);
    }
}
