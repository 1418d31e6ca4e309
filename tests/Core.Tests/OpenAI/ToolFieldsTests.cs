using System.Buffers;
using System.Text;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

public sealed class ToolFieldsTests
{
    private const string Tool = """{"type":"function","function":{"name":"get_weather","description":"d","parameters":{"type":"object"},"strict":true,"x":1}}""";

    [Fact]
    public void TryRead_ToolsWithChoiceNone_KeepsThemAsGiven()
    {
        var request = ChatRequestReaderTests.ReadWith($"\"tools\":[{Tool}],\"tool_choice\":\"none\",\"parallel_tool_calls\":false");

        Assert.Equal($"[{Tool}]", request.Tools!.Value.GetRawText());
        var function = Assert.Single(request.Functions);
        Assert.Equal(("get_weather", """{"type":"object"}""", true), (function.Name, function.Parameters!.Value.GetRawText(), function.IsStrict));
        Assert.False(request.ParallelToolCalls);
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData(",\"tool_choice\":null", null, null)]
    [InlineData(",\"tool_choice\":\"auto\"", ToolChoiceMode.Auto, null)]
    [InlineData(",\"tool_choice\":\"none\"", ToolChoiceMode.None, null)]
    [InlineData(",\"tool_choice\":\"required\"", ToolChoiceMode.Required, null)]
    [InlineData(""","tool_choice":{"type":"function","function":{"name":"get_weather"}}""", ToolChoiceMode.Named, "get_weather")]
    public void TryRead_AChoice_ReadsIt(string choice, ToolChoiceMode? mode, string? name)
    {
        var read = ChatRequestReaderTests.ReadWith($"\"tools\":[{Tool}]{choice}").ToolChoice;

        Assert.Equal((mode, name), (read?.Mode, read?.Name));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData(",\"function_call\":\"auto\"", ToolChoiceMode.Auto, null)]
    [InlineData(",\"function_call\":\"none\"", ToolChoiceMode.None, null)]
    [InlineData(",\"function_call\":{\"name\":\"f\"}", ToolChoiceMode.Named, "f")]
    public void TryRead_Functions_AreToolsOfOneCall(string choice, ToolChoiceMode? mode, string? name)
    {
        var request = ChatRequestReaderTests.ReadWith("\"functions\":[{\"name\":\"f\",\"parameters\":{}}]" + choice);

        Assert.Equal("""[{"type":"function","function":{"name":"f","parameters":{}}}]""", request.Tools!.Value.GetRawText());
        Assert.Equal(("f", true, false), (request.Functions[0].Name, request.AnswersWithFunctionCall, request.ParallelToolCalls));
        Assert.Equal((mode, name), (request.ToolChoice?.Mode, request.ToolChoice?.Name));
    }

    [Fact]
    public void TryRead_MessagesOfFunctionCalls_AreThoseOfToolCalls()
    {
        var json = """
            {"messages":[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"1"}]}
            """;
        Assert.True(ChatRequestReader.TryRead(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), out var request, out _));

        var call = request.Messages[0].ToolCalls!.Value[0];
        Assert.Equal("""{"name":"f","arguments":"{}"}""", call.GetProperty("function").GetRawText());
        Assert.Equal(("tool", call.GetProperty("id").GetString()), (request.Messages[1].Role, request.Messages[1].ToolCallId));
    }

    [Theory]
    [InlineData("\"tools\":{}", "tools", "invalid_value")]
    [InlineData("\"tools\":[null]", "tools[0]", "invalid_value")]
    [InlineData("\"tools\":[5]", "tools[0]", "invalid_value")]
    [InlineData("\"tools\":[{}]", "tools[0].type", "missing_required_parameter")]
    [InlineData("""
        "tools":[{"type":"custom","custom":{"name":"f"}}]
        """, "tools[0].type", "unsupported_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].function", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":7}]", "tools[0].function", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{}}]", "tools[0].function.name", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]", "tools[0].function.name", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "tools[0].function.name", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\\n\"}}]", "tools[0].function.name", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":1}}]", "tools[0].function.description", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":[]}}]", "tools[0].function.parameters", "invalid_value")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":1}}]", "tools[0].function.strict", "invalid_value")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice", "invalid_value")]
    [InlineData("\"tools\":[" + Tool + "],\"functions\":[{\"name\":\"f\"}]", "functions", "invalid_value")]
    [InlineData("\"functions\":[{}]", "functions[0].name", "missing_required_parameter")]
    [InlineData("\"functions\":[{\"name\":\"f\"}],\"function_call\":\"required\"", "function_call", "invalid_value")]
    [InlineData("\"functions\":[{\"name\":\"f\"}],\"function_call\":{\"name\":\"g\"}", "function_call.name", "invalid_value")]
    [InlineData("\"functions\":[{\"name\":\"f\"}],\"function_call\":{}", "function_call.name", "missing_required_parameter")]
    [InlineData("\"tools\":[" + Tool + "],\"tool_choice\":{\"type\":\"allowed_tools\"}", "tool_choice.type", "unsupported_parameter")]
    [InlineData("\"parallel_tool_calls\":1", "parallel_tool_calls", "invalid_value")]
    [InlineData("\"tool_choice\":\"named\"", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\":\"\"", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\":5", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\":{}", "tool_choice.function.name", "missing_required_parameter")]
    [InlineData("""
        "tool_choice":{"type":"function","function":{"name":"f"}}
        """, "tool_choice", "invalid_value")]
    [InlineData("\"tools\":[" + Tool + "],\"tool_choice\":{\"function\":{\"name\":\"other\"}}", "tool_choice.function.name", "invalid_value")]
    public void TryRead_BadTools_NamesTheField(string members, string param, string code)
    {
        var error = ErrorWith(members);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void TryRead_Names_Have64Characters_AndToolsSoManyEntries()
    {
        var name = new string('f', 64);
        ChatRequestReaderTests.ReadWith($"\"tool_choice\":\"none\",\"tools\":[{Tool.Replace("get_weather", name, StringComparison.Ordinal)}]");
        ChatRequestReaderTests.ReadWith($"\"tool_choice\":\"none\",\"tools\":[{string.Join(',', Enumerable.Repeat(Tool, ChatRequestRules.MaxTools))}]");

        Assert.Equal("tools[0].function.name", ErrorWith(
            $"\"tool_choice\":\"none\",\"tools\":[{Tool.Replace("get_weather", name + "f", StringComparison.Ordinal)}]").Param);
        Assert.Equal("tools", ErrorWith($"\"tool_choice\":\"none\",\"tools\":[{string.Join(',', Enumerable.Repeat(Tool, ChatRequestRules.MaxTools + 1))}]").Param);
    }

    internal static ApiError ErrorWith(string members)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"a"}],{{members}}}""");
        Assert.False(ChatRequestReader.TryRead(new ReadOnlySequence<byte>(json), out _, out var error));
        return error;
    }
}
