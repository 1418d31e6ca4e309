using System.Buffers;
using System.Text;
using Rill.OpenAI;
using Rill.OpenAI.Responses;

namespace Rill.Core.Tests.OpenAI.Responses;

/// <summary>Requests for responses: what each field becomes in chat's terms.</summary>
public sealed class ResponseRequestReaderTests
{
    [Fact]
    public void TryRead_EveryField_ReachesChatOrTheEcho()
    {
        var request = ReadWith("""
            "model":"m","stream":true,"max_output_tokens":7,"temperature":0.5,"top_p":0.25,"top_logprobs":3,"seed":9,"parallel_tool_calls":false,
            "reasoning":{"effort":"low","summary":"detailed"},"metadata":{"a":"b"},"store":false,"previous_response_id":"resp_1","truncation":"auto",
            "text":{"format":{"type":"json_object"},"verbosity":"low"},"include":["reasoning.encrypted_content"],"stream_options":{"include_obfuscation":true}
            """);

        var settings = request.Settings;
        Assert.Equal(("m", true, 7, 0.5f, 0.25f), (settings.Model, settings.Stream, settings.TokenLimit, settings.Temperature, settings.TopP));
        Assert.Equal((3, 9L, false, "low"), (settings.Alternatives, settings.Seed, settings.ParallelToolCalls, settings.ReasoningEffort));
        Assert.Equal((null, true, "resp_"), (settings.StreamOptions, settings.ResponseFormat!.IsStrict, settings.IdPrefix));
        Assert.Equal((false, "resp_1", "detailed"), (request.Store, request.PreviousResponseId, request.Echo.Reasoning.Summary));
        Assert.Equal(("b", 7, 3), (request.Echo.Metadata["a"], request.Echo.MaxOutputTokens, request.Echo.TopLogprobs));
    }

    [Fact]
    public void TryRead_OfInputAlone_HasTheDefaults()
    {
        var request = ReadWith("\"seed\":null");

        Assert.Equal((true, true, null), (request.Store, request.Settings.ParallelToolCalls, request.Settings.Alternatives));
        Assert.Equal(("\"auto\"", "[]", """{"format":{"type":"text"}}"""),
            (request.Echo.ToolChoice.GetRawText(), request.Echo.Tools.GetRawText(), request.Echo.Text.GetRawText()));
    }

    [Theory]
    [InlineData("\"top_logprobs\":2", 2)]
    [InlineData("""
        "include":["message.output_text.logprobs"]
        """, 0)]
    public void TryRead_LogprobsUnderEitherName_AreAskedFor(string members, int alternatives) =>
        Assert.Equal(alternatives, ReadWith(members).Settings.Alternatives);

    [Fact]
    public void TryRead_OfTools_WritesThemAsChatHasThem()
    {
        var settings = ReadWith("""
            "tools":[{"type":"function","name":"get","description":"Gets.","parameters":{"type":"object","properties":{}},"strict":true},
                     {"type":"function","name":"put","strict":null}],
            "tool_choice":{"type":"function","name":"put"}
            """).Settings;

        Assert.Equal(
            """[{"type":"function","function":{"name":"get","description":"Gets.","parameters":{"type":"object","properties":{}}}},{"type":"function","function":{"name":"put"}}]""",
            settings.Tools!.Value.GetRawText());
        Assert.Equal([("get", true, true), ("put", false, false)], settings.Functions.Select(tool => (tool.Name, tool.IsStrict, tool.Parameters is not null)));
        Assert.Equal(new ToolChoice(ToolChoiceMode.Named, "put"), settings.ToolChoice);
    }

    /// <summary>As Codex sends them.</summary>
    [Fact]
    public void TryRead_OfToolsThatAreNoFunctionsBesideOneThatIs_LeavesThemOut()
    {
        var request = ReadWith("""
            "tools":[{"type":"web_search"},{"type":"custom","name":"get"},{"type":"function","name":"get"},{"type":"namespace","name":"mcp","tools":[]}]
            """);

        var function = Assert.Single(request.Settings.Functions);
        Assert.Equal(("get", 2), (function.Name, function.SentIndex));
        Assert.Equal("""[{"type":"function","function":{"name":"get"}}]""", request.Settings.Tools!.Value.GetRawText());
        Assert.Equal(4, request.Echo.Tools.GetArrayLength());
    }

    [Theory]
    [InlineData("\"text\":{\"verbosity\":\"low\"}", """{"format":{"type":"text"},"verbosity":"low"}""")]
    [InlineData("\"text\":{\"format\":null}", """{"format":{"type":"text"}}""")]
    [InlineData("\"text\":null", """{"format":{"type":"text"}}""")]
    [InlineData("\"text\":{\"format\":{\"type\":\"text\"}}", """{"format":{"type":"text"}}""")]
    public void TryRead_OfText_EchoesAFormat(string member, string echoed) => Assert.Equal(echoed, ReadWith(member).Echo.Text.GetRawText());

    [Theory]
    [InlineData("""{"type":"function","name":"f"}""", """{"type":"function","name":"f","description":null,"parameters":{},"strict":false}""")]
    [InlineData("""{"type":"function","name":"f","strict":null}""", """{"type":"function","name":"f","description":null,"parameters":{},"strict":false}""")]
    [InlineData(
        """{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}""",
        """{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}""")]
    [InlineData("""{"type":"web_search"},{"type":"function","name":"f","description":"","parameters":{},"strict":true}""",
        """{"type":"web_search"},{"type":"function","name":"f","description":"","parameters":{},"strict":true}""")]
    public void TryRead_OfTools_EchoesAllThatFunctionsHave(string tools, string echoed) =>
        Assert.Equal($"[{echoed}]", ReadWith($"\"tools\":[{tools}]").Echo.Tools.GetRawText());

    [Fact]
    public void TryRead_OfAllowedTools_KeepsThoseAlone()
    {
        var request = ReadWith("""
            "tools":[{"type":"function","name":"get"},{"type":"function","name":"put"}],
            "tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"put"}]}
            """);

        var function = Assert.Single(request.Settings.Functions);
        Assert.Equal(("put", 1), (function.Name, function.SentIndex));
        Assert.Equal("""[{"type":"function","function":{"name":"put"}}]""", request.Settings.Tools!.Value.GetRawText());
        Assert.Equal(ToolChoiceMode.Required, request.Settings.ToolChoice!.Mode);
        Assert.Equal(2, request.Echo.Tools.GetArrayLength());
    }

    [Theory]
    [InlineData("\"input\":null", "input", "missing_required_parameter")]
    [InlineData("\"input\":[null]", "input[0]", "invalid_value")]
    [InlineData("\"input\":[5]", "input[0]", "invalid_value")]
    [InlineData("\"input\":[{\"role\":\"tool\",\"content\":\"a\"}]", "input[0].role", "invalid_value")]
    [InlineData("\"input\":[{\"role\":\"user\"}]", "input[0].content", "missing_required_parameter")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":5}]", "input[0].content", "invalid_value")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\"}]}]", "input[0].content[0].text", "missing_required_parameter")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\"}]}]", "input[0].content[0].type", "unsupported_parameter")]
    [InlineData("\"input\":[{\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\"}]", "input[0].call_id", "missing_required_parameter")]
    [InlineData("\"input\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"arguments\":\"{}\"}]", "input[0].name", "missing_required_parameter")]
    [InlineData("\"input\":[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":{}}]", "input[0].arguments", "invalid_value")]
    [InlineData("\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\"}]", "input[0].output", "missing_required_parameter")]
    [InlineData("\"input\":[{\"type\":\"function_call_output\",\"output\":\"a\"}]", "input[0].call_id", "missing_required_parameter")]
    [InlineData("\"input\":[{\"type\":\"reasoning\",\"summary\":[{\"type\":\"input_text\",\"text\":\"a\"}]}]", "input[0].summary[0].type", "unsupported_parameter")]
    [InlineData("\"input\":[{\"type\":\"item_reference\"}]", "input[0].id", "missing_required_parameter")]
    [InlineData("\"input\":[{\"type\":\"mcp_call\"}]", "input[0].type", "unsupported_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\"}]", "tools[0].name", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"a b\"}]", "tools[0].name", "invalid_value")]
    [InlineData("\"tools\":[{\"name\":\"a\"}]", "tools[0].type", "missing_required_parameter")]
    [InlineData("\"tools\":[{\"type\":\"custom\",\"name\":\"a\"}]", "tools[0].type", "unsupported_parameter")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"name\":\"a\"},{\"type\":\"custom\",\"name\":\"b\"}],\"tool_choice\":{\"type\":\"custom\",\"name\":\"b\"}", "tool_choice.type", "unsupported_parameter")]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\":\"sometimes\"", "tool_choice", "invalid_value")]
    [InlineData("\"tool_choice\":{\"type\":\"function\",\"name\":\"a\"}", "tool_choice.name", "invalid_value")]
    [InlineData("\"tool_choice\":{\"type\":\"file_search\"}", "tool_choice.type", "unsupported_parameter")]
    [InlineData("\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{}}}", "text.format.name", "missing_required_parameter")]
    [InlineData("\"text\":{\"format\":{\"type\":\"xml\"}}", "text.format.type", "invalid_value")]
    [InlineData("\"text\":\"a\"", "text", "invalid_value")]
    [InlineData("\"reasoning\":{\"effort\":\"much\"}", "reasoning.effort", "invalid_value")]
    [InlineData("\"include\":[\"everything\"]", "include[0]", "invalid_value")]
    [InlineData("\"truncation\":\"some\"", "truncation", "invalid_value")]
    [InlineData("\"metadata\":{\"a\":1}", "metadata.a", "invalid_value")]
    [InlineData("\"store\":\"yes\"", "store", "invalid_value")]
    public void TryRead_OfWhatCannotBe_NamesTheField(string members, string param, string code)
    {
        var error = ErrorWith(members);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void TryRead_OfTooManyItems_NamesThem() => Assert.Equal(
        "input",
        ErrorWith($"\"input\":[{string.Join(',', Enumerable.Repeat("{\"role\":\"user\",\"content\":\"a\"}", ChatRequestRules.MaxMessages + 1))}]").Param);

    [Fact]
    public void ToString_OfWhatWasRead_ShowsNothingOfIt()
    {
        var request = ReadWith("\"input\":\"secret\",\"instructions\":\"secret\"");

        Assert.DoesNotContain("secret", string.Concat(request, request.Input[0], request.Echo), StringComparison.Ordinal);
    }

    internal static ApiError ErrorWith(string members)
    {
        Assert.False(ResponseRequestReader.TryRead(Bytes(members), out _, out var error));
        return error;
    }

    internal static ResponseRequest ReadWith(string members)
    {
        Assert.True(ResponseRequestReader.TryRead(Bytes(members), out var request, out var error), error?.Message);
        return request;
    }

    private static ReadOnlySequence<byte> Bytes(string members) =>
        new(Encoding.UTF8.GetBytes(members.Contains("\"input\"", StringComparison.Ordinal) ? $"{{{members}}}" : $"{{\"input\":\"a\",{members}}}"));
}
