using Rill.Anthropic;
using Rill.OpenAI;

namespace Rill.Core.Tests.Chat.Input.Messages;

/// <summary>Conversations of the Messages API, as chat has them.</summary>
public sealed class MessageTurnsTests
{
    private const string User = """{"role":"user","content":"hi"}""";
    private const string Call = """{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"get","input":{"a": 1.0}},{"type":"tool_use","id":"t2","name":"put","input":{}}]}""";

    [Theory]
    [InlineData("\"You are brief.\"", "You are brief.")]
    [InlineData("""[{"type":"text","text":"x-anthropic-billing-header: cc_version=2"},{"type":"text","text":"One"},{"type":"text","text":"two","cache_control":{"type":"ephemeral"}}]""", "One\n\ntwo")]
    public void Read_System_IsTheFirstTurn(string system, string text)
    {
        var messages = MessagesJson.Turns(User, $"\"system\":{system}").Messages;

        Assert.Equal([("system", text), ("user", "hi")], messages.Select(message => (message.Role, message.Content!.Text)));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("""[{"type":"text","text":"x-anthropic-billing-header: cc_version=2"}]""")]
    public void Read_ASystemThatSaysNothing_IsLeftOut(string system) =>
        Assert.Equal("user", Assert.Single(MessagesJson.Turns(User, $"\"system\":{system}").Messages).Role);

    [Fact]
    public void Read_TurnsOfOneRoleInARow_AreOne()
    {
        var messages = MessagesJson.Turns("""
            {"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"c","citations":null}]},
            {"role":"system","content":"s"},{"role":"assistant","content":"d"},{"role":"user","content":"e"}
            """).Messages;

        Assert.Equal(["user", "system", "assistant", "user"], messages.Select(message => message.Role));
        Assert.Equal(["a", "b", "c"], messages[0].Content!.Parts);
        Assert.True(messages[1].Content!.WasString);
    }

    [Fact]
    public void Read_ToolUse_IsACallWithItsInputVerbatim()
    {
        var message = MessagesJson.Turns($"{User},{Call},{Results("t1")}").Messages[1];

        Assert.Null(message.Content);
        Assert.Equal(
            """[{"id":"t1","function":{"name":"get","arguments":"{\"a\": 1.0}"},"type":"function"},{"id":"t2","function":{"name":"put","arguments":"{}"},"type":"function"}]""",
            message.ToolCalls!.Value.GetRawText());
    }

    [Fact]
    public void Read_Results_ComeBeforeTheTextOfTheirTurn()
    {
        var messages = MessagesJson.Turns(User + "," + Call + """
            ,{"role":"user","content":[{"type":"text","text":"so?"},
            {"type":"tool_result","tool_use_id":"t2","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]},
            {"type":"tool_result","tool_use_id":"t1","content":"gone","is_error":true}]}
            """).Messages;

        Assert.Equal([("tool", "t2", "x\ny"), ("tool", "t1", "Error: gone"), ("user", null, "so?")],
            messages.Skip(2).Select(message => (message.Role, message.ToolCallId, message.Content!.Text)));
    }

    [Fact]
    public void Read_AResultWithoutContent_IsTheEmptyText() => Assert.Equal(
        "", MessagesJson.Turns(User + "," + Call + """,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"}]}""").Messages[^1].Content!.Text);

    [Fact]
    public void Read_Thoughts_GoBackToTheModel()
    {
        var signature = ThinkingSignature.Of("kept", carriesText: true);
        var message = MessagesJson.Turns(User + $$"""
            ,{"role":"assistant","content":[{"type":"thinking","thinking":"shown","signature":"any"},{"type":"thinking","thinking":"","signature":"{{signature}}"},
            {"type":"thinking","thinking":"","signature":"another server's"},{"type":"redacted_thinking","data":"xyz"},{"type":"text","text":"so"}]},{{User}}
            """).Messages[1];

        Assert.Equal(("shown\nkept", "so"), (message.Reasoning, message.Content!.Text));
    }

    [Fact]
    public void Read_AnAssistantAtTheEnd_IsGoneOnWith()
    {
        Assert.True(MessagesJson.Turns(User + """,{"role":"assistant","content":"The answer is "}""").ContinueFinalMessage);
        Assert.False(MessagesJson.Turns(User).ContinueFinalMessage);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("\" \"")]
    public void Read_AnAssistantAtTheEndThatSaysNothing_IsLeftOut(string content)
    {
        var request = MessagesJson.Turns(User + $$""",{"role":"assistant","content":{{content}}}""");

        Assert.Equal("user", Assert.Single(request.Messages).Role);
        Assert.False(request.ContinueFinalMessage);
    }

    [Theory]
    [InlineData("""{"role":"user","content":[{"type":"image","source":{}}]}""", "messages[0].content[0]", "unsupported_parameter")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"a","name":"b","input":{}}]}""", "messages[0].content[1]", "unsupported_parameter")]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_result","tool_use_id":"a"}]}""", "messages[0].content[0]", "unsupported_parameter")]
    [InlineData("""{"role":"system","content":[{"type":"thinking","thinking":"a"}]}""", "messages[0].content[0]", "unsupported_parameter")]
    [InlineData("""{"role":"user","content":[{"text":"a"}]}""", "messages[0].content[0].type", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":[{"type":"text"}]}""", "messages[0].content[0].text", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":[]}""", "messages[0].content", "invalid_value")]
    [InlineData("""{"role":"user"}""", "messages[0].content", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":3}""", "messages[0].content", "invalid_value")]
    [InlineData("""{"role":"tool","content":"a"}""", "messages[0].role", "invalid_value")]
    [InlineData("""{"content":"a"}""", "messages[0].role", "missing_required_parameter")]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"b","input":[]}]}""", "messages[0].content[0].input", "invalid_value")]
    [InlineData("""{"role":"assistant","content":[{"type":"tool_use","name":"b","input":{}}]}""", "messages[0].content[0].id", "missing_required_parameter")]
    [InlineData("""{"role":"user","content":[{"type":"tool_result","tool_use_id":"t9"}]}""", "messages[0].content[0].tool_use_id", "invalid_value")]
    [InlineData("""{"role":"user","content":[{"type":"tool_result"}]}""", "messages[0].content[0].tool_use_id", "missing_required_parameter")]
    [InlineData(User + "," + Call, "messages", "invalid_value")]
    public void Read_WhatNoTurnIs_NamesItsPlace(string messages, string param, string code)
    {
        var error = MessagesJson.ErrorOf(messages);

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public void Read_AnImageWithinAResult_NamesItsPlace() => Assert.Equal(
        "messages[2].content[0].content[0]",
        MessagesJson.ErrorOf(User + "," + Call + """,{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"image"}]}]}""").Param);

    [Fact]
    public void Read_AnAssistantAtTheEndWhileThinkingIsOn_IsRefused()
    {
        const string prefill = User + """,{"role":"assistant","content":"The"}""";

        Assert.Equal("messages", MessagesJson.ErrorOf(prefill, "\"thinking\":{\"type\":\"adaptive\"}").Param);
        Assert.True(MessagesJson.Turns(prefill, "\"thinking\":{\"type\":\"disabled\"}").ContinueFinalMessage);
    }

    private static string Results(string id) => $$"""{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{id}}","content":"ok"}]}""";
}
