using Rill.Chat.Input.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input.Messages;

public sealed class MessagesRequestReaderTests
{
    [Fact]
    public void TryRead_CommonFields_AreThoseOfChat()
    {
        var request = MessagesJson.With("""
            "stream":true,"temperature":0.5,"top_p":0.9,"top_k":3,"stop_sequences":["END","\n\n"]
            """);

        Assert.Equal(("scripted", 100, true), (request.Chat.Model, request.Chat.TokenLimit, request.Chat.Stream));
        Assert.Equal((0.5f, 0.9f, 3), (request.Chat.Temperature, request.Chat.TopP, request.Chat.TopK));
        Assert.Equal(["END", "\n\n"], request.Chat.Stop);
        Assert.False(request.IsPrefillOnly);
    }

    [Fact]
    public void TryRead_MaxTokensOfZero_AsksForThePromptAlone()
    {
        var request = MessagesJson.With("\"max_tokens\":0");

        Assert.Equal((true, 1), (request.IsPrefillOnly, request.Chat.TokenLimit));
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"max_tokens":null}""", "max_tokens", "missing_required_parameter")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"model":null}""", "model", "missing_required_parameter")]
    [InlineData("""{"top_k":1}""", "messages", "missing_required_parameter")]
    [InlineData("""{"messages":[]}""", "messages", "invalid_value")]
    [InlineData("""{"messages":{}}""", "messages", "invalid_value")]
    [InlineData("""{"messages":[{"role":"user","content":"hi"}],"max_tokens":-1}""", "max_tokens", "invalid_value")]
    [InlineData("[]", null, "invalid_value")]
    public void TryRead_WithoutWhatIsRequired_NamesIt(string json, string? param, string code)
    {
        var error = MessagesJson.Refuse(json);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void TryReadCount_NeedsNoMaxTokens() => Assert.True(MessagesRequestReader.TryReadCount(
        MessagesJson.Bytes("""{"messages":[{"role":"user","content":"hi"}],"max_tokens":null}"""), out _, out _));

    [Theory]
    [InlineData("""{"type":"enabled","budget_tokens":2048}""", true, 2048, false)]
    [InlineData("""{"type":"enabled","budget_tokens":1024,"display":"omitted"}""", true, 1024, true)]
    [InlineData("""{"type":"adaptive","display":"summarized"}""", true, null, false)]
    [InlineData("""{"type":"adaptive","display":"omitted"}""", true, null, true)]
    [InlineData("""{"type":"between_tools"}""", true, null, false)]
    [InlineData("""{"type":"disabled"}""", false, null, false)]
    [InlineData("null", null, null, false)]
    public void TryRead_Thinking_IsThatOfChat(string thinking, bool? isEnabled, int? budget, bool isOmitted)
    {
        var request = MessagesJson.With($"\"thinking\":{thinking}");

        Assert.Equal((isEnabled, budget, isOmitted), (request.Chat.EnableThinking, request.Chat.ThinkingBudget, request.OmitsThinking));
    }

    [Theory]
    [InlineData("\"thinking\":{}", "thinking.type")]
    [InlineData("\"thinking\":{\"type\":\"much\"}", "thinking.type")]
    [InlineData("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":0}", "thinking.budget_tokens")]
    [InlineData("\"thinking\":{\"type\":\"adaptive\",\"display\":\"loud\"}", "thinking.display")]
    [InlineData("\"output_config\":{\"effort\":\"none\"}", "output_config.effort")]
    [InlineData("\"output_config\":3", "output_config")]
    [InlineData("\"output_config\":{\"format\":{\"type\":\"text\"}}", "output_config.format.type")]
    [InlineData("\"output_config\":{\"format\":{\"schema\":{}}}", "output_config.format.type")]
    [InlineData("\"output_format\":{\"type\":\"json_schema\"}", "output_format.schema")]
    [InlineData("\"stop_sequences\":\"END\"", "stop_sequences")]
    public void TryRead_AValueThatIsNone_NamesIt(string members, string param) => Assert.Equal(param, MessagesJson.ErrorWith(members).Param);

    [Theory]
    [InlineData("low")]
    [InlineData("xhigh")]
    [InlineData("max")]
    public void TryRead_Effort_IsThatOfReasoning(string effort) =>
        Assert.Equal(effort, MessagesJson.With($$"""
            "output_config":{"effort":"{{effort}}"}
            """).Chat.ReasoningEffort);

    [Theory]
    [InlineData("""
        "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}
        """)]
    [InlineData("""
        "output_format":{"type":"json_schema","schema":{"type":"object"}}
        """)]
    public void TryRead_Format_IsAStrictSchema(string members)
    {
        var format = MessagesJson.With(members).Chat.ResponseFormat;

        Assert.Equal(("""{"type":"object"}""", true), (format!.Schema!.Value.GetRawText(), format.IsStrict));
    }

    [Theory]
    [InlineData("\"cache_control\":{\"type\":\"ephemeral\"}")]
    [InlineData("\"metadata\":{\"user_id\":\"{}\"}")]
    [InlineData("\"service_tier\":\"auto\",\"inference_geo\":\"eu\",\"speed\":\"fast\",\"diagnostics\":{}")]
    [InlineData("\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_20250919\"}]}")]
    [InlineData("\"mcp_servers\":[],\"container\":null,\"fallbacks\":[]")]
    [InlineData("\"nobody_knows\":[1]")]
    public void TryRead_WhatChangesNoAnswer_IsPassedOver(string members) => Assert.Equal("hi", MessagesJson.With(members).Chat.Messages[0].Content!.Text);

    [Theory]
    [InlineData("container", "\"c_1\"")]
    [InlineData("mcp_servers", "[{\"url\":\"https://example.com\"}]")]
    [InlineData("fallbacks", "[{\"model\":\"other\"}]")]
    [InlineData("compaction", "{\"type\":\"auto\"}")]
    public void TryRead_WhatWouldLoseItsMeaning_IsRefusedByName(string name, string value)
    {
        var error = MessagesJson.ErrorWith($"\"{name}\":{value}");

        Assert.Equal((name, "unsupported_parameter"), (error.Param, error.Code));
    }

    [Fact]
    public void TryRead_AThread_IsRefusedUnderTheCodeThatClientsKnow()
    {
        var error = MessagesJson.ErrorWith("\"thread\":{\"type\":\"create\"}");

        Assert.Equal((400, "thread", "thread_unsupported_request"), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void ToString_OfARequest_ShowsNoneOfItsText() =>
        Assert.DoesNotContain("hi", MessagesJson.With("\"system\":\"hi\"").ToString(), StringComparison.Ordinal);
}
