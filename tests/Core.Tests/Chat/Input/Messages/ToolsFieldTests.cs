using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input.Messages;

public sealed class ToolsFieldTests
{
    private const string Get = """{"name":"get","description":"d","input_schema":{"type":"object", "b":1.0},"strict":true,"cache_control":{"type":"ephemeral"},"input_examples":[],"eager_input_streaming":true}""";
    private const string Put = """{"type":"custom","name":"put","input_schema":{}}""";

    [Fact]
    public void Read_Tools_AreChatsFunctions()
    {
        var request = MessagesJson.With($"\"tools\":[{Get},{Put}]").Chat;

        Assert.Equal(
            """[{"type":"function","function":{"name":"get","description":"d","parameters":{"type":"object", "b":1.0},"strict":true}},{"type":"function","function":{"name":"put","parameters":{}}}]""",
            request.Tools!.Value.GetRawText());
        Assert.Equal([("get", true), ("put", false)], request.Functions.Select(function => (function.Name, function.IsStrict)));
        Assert.Null(request.ToolChoice);
    }

    [Fact]
    public void Read_AToolWhoseLoadingIsDeferred_IsLeftOut()
    {
        const string later = """{"name":"later","input_schema":{},"defer_loading":true}""";

        var function = Assert.Single(MessagesJson.With($"\"tools\":[{later},{Put}]").Chat.Functions);
        Assert.Equal(("put", 1), (function.Name, function.SentIndex));
        Assert.Null(MessagesJson.With($"\"tools\":[{later}]").Chat.Tools);
    }

    [Theory]
    [InlineData("""{"type":"auto"}""", ToolChoiceMode.Auto, null, true)]
    [InlineData("""{"type":"any","disable_parallel_tool_use":true}""", ToolChoiceMode.Required, null, false)]
    [InlineData("""{"type":"tool","name":"put"}""", ToolChoiceMode.Named, "put", true)]
    [InlineData("""{"type":"none"}""", ToolChoiceMode.None, null, true)]
    public void Read_AChoice_IsChats(string choice, ToolChoiceMode mode, string? name, bool isParallel)
    {
        var request = MessagesJson.With($"\"tools\":[{Put}],\"tool_choice\":{choice}").Chat;

        Assert.Equal((new ToolChoice(mode, name), isParallel), (request.ToolChoice, request.ParallelToolCalls));
    }

    [Theory]
    [InlineData("\"tools\":[{\"type\":\"bash_20250124\",\"name\":\"bash\"}]", "tools[0]", "unsupported_parameter")]
    [InlineData("\"tools\":[{\"input_schema\":{}}]", "tools[0].name", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"name\":\"a b\",\"input_schema\":{}}]", "tools[0].name", "invalid_value")]
    [InlineData("\"tools\":[{\"name\":\"a\"}]", "tools[0].input_schema", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"name\":\"a\",\"input_schema\":[]}]", "tools[0].input_schema", "invalid_value")]
    [InlineData("\"tool_choice\":{\"type\":\"any\"}", "tool_choice.type", "invalid_value")]
    [InlineData("\"tool_choice\":{}", "tool_choice.type", "missing_required_parameter")]
    [InlineData("\"tools\":[" + Put + "],\"tool_choice\":{\"type\":\"tool\",\"name\":\"get\"}", "tool_choice.name", "invalid_value")]
    [InlineData("\"tools\":[" + Put + "],\"tool_choice\":{\"type\":\"tool\"}", "tool_choice.name", "missing_required_parameter")]
    [InlineData("\"tools\":[" + Put + "],\"tool_choice\":{\"type\":\"some\"}", "tool_choice.type", "invalid_value")]
    public void Read_WhatIsNoToolOrChoice_NamesIt(string members, string param, string code)
    {
        var error = MessagesJson.ErrorWith(members);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }
}
