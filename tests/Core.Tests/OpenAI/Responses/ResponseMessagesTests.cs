using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI.Responses;

/// <summary>Items as messages: whose turn is whose.</summary>
public sealed class ResponseMessagesTests
{
    private const string Call = """{"type":"function_call","call_id":"c1","name":"get","arguments":"{\"a\":1}"}""";
    private const string Thought = """{"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}""";
    private const string Said = """{"type":"message","role":"assistant","content":[{"type":"output_text","text":"on it"}]}""";
    private const string Asked = """{"role":"user","content":"go"}""";

    [Fact]
    public void ToChat_OfThoughtWordsAndCalls_MakesOneTurn()
    {
        var messages = Messages($"[{Asked},{Thought},{Said},{Call},{{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"42\"}},{Asked}]");

        Assert.Equal(["user", "assistant", "tool", "user"], messages.Select(message => message.Role));
        Assert.Equal(("hm", "on it"), (messages[1].Reasoning, messages[1].Content!.Text));
        Assert.Equal(
            """[{"id":"c1","type":"function","function":{"name":"get","arguments":"{\u0022a\u0022:1}"}}]""", messages[1].ToolCalls!.Value.GetRawText());
        Assert.Equal(("c1", "get", "42"), (messages[2].ToolCallId, messages[2].Name, messages[2].Content!.Text));
    }

    [Fact]
    public void ToChat_OfACallAlone_HasNoContent() => Assert.Null(Messages($"[{Asked},{Call}]")[1].Content);

    [Fact]
    public void ToChat_OfReasoningInFull_TakesItBeforeItsSummary() => Assert.Equal(
        "long",
        Messages("""[{"type":"reasoning","summary":[{"type":"summary_text","text":"short"}],"content":[{"type":"reasoning_text","text":"long"}]}]""")[0].Reasoning);

    [Fact]
    public void ToChat_OfEncryptedReasoning_PassesItOver() => Assert.Null(
        Messages($"[{{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"x\"}},{Said}]")[0].Reasoning);

    [Fact]
    public void ToChat_OfInstructionsAndASystemMessage_MakesOneOfThem()
    {
        var messages = Messages($"[{{\"role\":\"developer\",\"content\":\"B\"}},{Asked}]", "\"instructions\":\"A\"");

        Assert.Equal(["system", "user"], messages.Select(message => message.Role));
        Assert.Equal("A\n\nB", messages[0].Content!.Text);
    }

    [Fact]
    public void ToChat_OfInstructionsAndSeveralSystemMessages_KeepsThemAll()
    {
        var messages = Messages($"[{{\"role\":\"developer\",\"content\":\"B\"}},{{\"role\":\"system\",\"content\":\"C\"}},{Asked}]", "\"instructions\":\"A\"");

        Assert.Equal(["system", "user"], messages.Select(message => message.Role));
        Assert.Equal("A\n\nB\n\nC", messages[0].Content!.Text);
    }

    [Fact]
    public void ToChat_OfASystemMessageWithoutInstructions_LeavesItsRole() =>
        Assert.Equal("developer", Messages($"[{{\"role\":\"developer\",\"content\":\"B\"}},{Asked}]")[0].Role);

    [Fact]
    public void ToChat_OfSeveralParts_KeepsThemApart() => Assert.Equal(
        ["a", "b"],
        Messages("""[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}]""")[0].Content!.Parts);

    [Fact]
    public void ToChat_OfARefusalAndResultsInParts_TakesTheirTexts()
    {
        var messages = Messages("""
            [{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},
             {"type":"function_call_output","call_id":"c9","output":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]}]
            """);

        Assert.Equal(("no", "a\nb", null), (messages[0].Content!.Text, messages[1].Content!.Text, messages[1].Name));
    }

    private static IReadOnlyList<ChatMessage> Messages(string input, string members = "\"store\":false")
    {
        var request = ResponseRequestReaderTests.ReadWith($"\"input\":{input},{members}");
        return request.ToChat([], request.Input).Messages;
    }
}
