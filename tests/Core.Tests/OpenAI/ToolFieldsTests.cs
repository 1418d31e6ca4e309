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
    }

    [Theory]
    [InlineData("", "tools")]
    [InlineData(",\"tool_choice\":null", "tools")]
    [InlineData(",\"tool_choice\":\"auto\"", "tool_choice")]
    [InlineData(",\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData(""","tool_choice":{"type":"function","function":{"name":"get_weather"}}""", "tool_choice")]
    public void TryRead_ToolsWithAnotherChoice_NamesWhatWasSentAndSaysWhatToSend(string choice, string param)
    {
        var error = ErrorWith($"\"tools\":[{Tool}]{choice}");

        Assert.Equal((400, "unsupported_parameter", param), (error.Status, error.Code, error.Param));
        Assert.Contains("send tool_choice \"none\"", error.Message, StringComparison.Ordinal);
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
    public void TryRead_Names_Have64Characters_AndTools128Entries()
    {
        var name = new string('f', 64);
        ChatRequestReaderTests.ReadWith($"\"tool_choice\":\"none\",\"tools\":[{Tool.Replace("get_weather", name, StringComparison.Ordinal)}]");
        ChatRequestReaderTests.ReadWith($"\"tool_choice\":\"none\",\"tools\":[{string.Join(',', Enumerable.Repeat(Tool, 128))}]");

        Assert.Equal("tools[0].function.name", ErrorWith(
            $"\"tool_choice\":\"none\",\"tools\":[{Tool.Replace("get_weather", name + "f", StringComparison.Ordinal)}]").Param);
        Assert.Equal("tools", ErrorWith($"\"tool_choice\":\"none\",\"tools\":[{string.Join(',', Enumerable.Repeat(Tool, 129))}]").Param);
    }

    internal static ApiError ErrorWith(string members)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"a"}],{{members}}}""");
        Assert.False(ChatRequestReader.TryRead(new ReadOnlySequence<byte>(json), out _, out var error));
        return error;
    }
}
