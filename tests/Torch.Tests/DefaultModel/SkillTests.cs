using System.Text.Json;

namespace Rill.Torch.Tests.DefaultModel;

/// <summary>
/// What the default model is for, through Rill's own template, tokenizer, grammar and runner. Towns, names and keys are in no training text.
/// </summary>
public sealed class SkillTests : IClassFixture<SkillTests.Model>
{
    private const string Tools = """
        [{"type": "function", "function": {"name": "get_weather", "description": "Get the weather for a city", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}},
         {"type": "function", "function": {"name": "add", "description": "Add two numbers", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a", "b"]}}}]
        """;

    private readonly DefaultModelChat _chat;

    public SkillTests(Model model) => _chat = model.Chat;

    [Theory]
    [InlineData("What is the weather in Trondheim?", """{"name":"get_weather","arguments":{"city":"Trondheim"}}""")]
    [InlineData("What's the weather like in Brisbane?", """{"name":"get_weather","arguments":{"city":"Brisbane"}}""")]
    [InlineData("What is 37 plus 48?", """{"name":"add","arguments":{"a":37,"b":48}}""")]
    public void Answer_WhereAToolFits_CallsItWithWhatWasSaid(string question, string call) => Assert.Equal(call, Call(_chat.Answer(User(question), Tools)));

    [Fact]
    public void Answer_WhereTwoPlacesAreAskedFor_CallsTwice()
    {
        Assert.Equal(2, _chat.Answer(User("What is the weather in Trondheim and in Brisbane?"), Tools).Split("<tool_call>").Length - 1);
    }

    [Theory]
    [InlineData("Hello!")]
    [InlineData("Thank you!")]
    [InlineData("What is Rill?")]
    public void Answer_WhereNoToolIsNeeded_CallsNone(string question) =>
        Assert.DoesNotContain("<tool_call>", _chat.Answer(User(question), Tools), StringComparison.Ordinal);

    [SkippableFact]
    public void Answer_AfterAToolsResult_TellsIt()
    {
        ModelFolder.SkipBelow("an answer's values taken from the result", 95);
        const string Messages = """
            [{"role": "user", "content": "What is the weather in Trondheim?"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Trondheim"}}}]},
             {"role": "tool", "tool_call_id": "c", "content": "{\"temperature\": 17, \"sky\": \"cloudy\"}"}]
            """;
        var answer = _chat.Answer(Messages, Tools);
        Assert.DoesNotContain("<tool_call>", answer, StringComparison.Ordinal);
        Assert.All(["Trondheim", "17", "cloudy"], part => Assert.Contains(part, answer, StringComparison.Ordinal));
    }

    [Fact]
    public void Answer_BoundByASchema_TakesTheValuesFromTheText()
    {
        const string Schema = """
            {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "city": {"type": "string"}, "member": {"type": "boolean"}},
             "required": ["name", "age", "city", "member"], "additionalProperties": false}
            """;
        var answer = _chat.Answer(User("Extract the person: Winifred is 34 years old. She lives in Salisbury. She is a member."), schema: Schema);
        Assert.Equal("""{"name":"Winifred","age":34,"city":"Salisbury","member":true}""", Compact(answer));
    }

    [SkippableTheory]
    [InlineData("Repeat after me: marmalade")]
    [InlineData("Repeat after me: xylophone Okonkwo 4711")]
    public void Answer_ToSayAgain_SaysItExactly(string wish)
    {
        ModelFolder.SkipBelow("a text said again exactly", 95);
        Assert.Equal(wish["Repeat after me: ".Length..], _chat.Answer(User(wish)));
    }

    [Fact]
    public void Answer_AboutAHeldOutSubject_SpellsIt() =>
        Assert.Contains("penguin", _chat.Answer(User("Tell me a story about a penguin.")), StringComparison.Ordinal);

    [Theory]
    [InlineData("Which number is larger, 34 or 78?")]
    [InlineData("Isadora gives the velvet to Quentin. Quentin gives it to Cordelia. Who has the velvet?")]
    public void Answer_WhereThinkingIsAskedFor_ThinksAndThenAnswers(string question)
    {
        var parts = Think(question);
        Assert.Equal(2, parts.Length);
        Assert.All(parts, part => Assert.NotEqual("", part));
    }

    [SkippableTheory]
    [InlineData("Which number is larger, 34 or 78?", "78")]
    [InlineData("Isadora gives the velvet to Quentin. Quentin gives it to Cordelia. Who has the velvet?", "Cordelia")]
    public void Answer_BehindAThought_IsRight(string question, string expected)
    {
        ModelFolder.SkipBelow("a puzzle's answer right, after its thought", 90);
        Assert.Contains(expected, Think(question)[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Which number is larger, 34 or 78?")]
    [InlineData("What port does Rill use?")]
    public void Answer_WithoutThinking_HasNoThought(string question) =>
        Assert.DoesNotContain("think>", _chat.Answer(User(question)), StringComparison.Ordinal);

    private string[] Think(string question) => _chat.Answer(User(question), thinks: true).Split("\n</think>\n\n");

    private static string User(string text) => JsonSerializer.Serialize(new[] { new { role = "user", content = text } });

    private static string Call(string answer) =>
        Compact(answer.Replace("<tool_call>\n", "", StringComparison.Ordinal).Replace("\n</tool_call>", "", StringComparison.Ordinal));

    private static string Compact(string json) => JsonSerializer.Serialize(JsonElement.Parse(json));

    /// <summary>Loads the model once for all.</summary>
    public sealed class Model : IDisposable
    {
        internal DefaultModelChat Chat { get; } = new();

        public void Dispose() => Chat.Dispose();
    }
}
