using OpenAI.Chat;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>
/// The fields that go to the chat template, on the tiny model: its tokens are bytes, its template puts one special token before each
/// thing that it writes beside the messages. So the number of prompt tokens tells what the prompt was.
/// </summary>
[Collection(nameof(TinyModelServer))]
public sealed class TemplateTests(TinyModelServer profile)
{
    private const string Ask = """{"role":"user","content":"ask"}""";
    private const string Tools = """
        "tool_choice":"none","tools":[{"type":"function","function":{"name":"get_weather","parameters":{}}},{"type":"function","function":{"name":"add"}}]
        """;

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData(Ask, "\"tools\":[]", "ask")]
    [InlineData(Ask, Tools, "ask#get_weather,add#")]
    [InlineData(Ask, Tools + ",\"add_generation_prompt\":false", "ask#get_weather,add")]
    [InlineData(Ask, "\"documents\":[{\"text\":\"one\"},{\"text\":\"two\"}]", "ask#one#two")]
    [InlineData(Ask, "\"chat_template_kwargs\":{\"enable_thinking\":false}", "ask#False")]
    [InlineData(Ask, "\"chat_template_kwargs\":{\"enable_thinking\":\"<|end|>\"}", "ask#<|end|>")]
    [InlineData("""{"role":"user","content":"<|end|>"}""", "\"n\":1", "<|end|>")]
    [InlineData("""{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"<|end|>"}]}""", "\"n\":1", "a\n<|end|>")]
    [InlineData("""
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"city\":\"Rome\"}"}}]}
        """, "\"n\":1", "Rome")]
    [InlineData(Ask + """,{"role":"assistant","content":"so"}""", Tools + ",\"continue_final_message\":true", "askso")]
    public async Task Create_WithWhatTheTemplateTakes_WritesThatPrompt(string messages, string members, string prompt)
    {
        var answer = await _server.PostAsync($$"""{"messages":[{{messages}}],"max_tokens":1,"seed":1,{{members}}}""");

        Assert.Equal(prompt.Length, answer.AssertCompletion().GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"chat_template_kwargs\":{\"messages\":1}", "invalid_value", "chat_template_kwargs.messages")]
    [InlineData("\"chat_template_kwargs\":{\"eos_token\":\"x\"}", "invalid_value", "chat_template_kwargs.eos_token")]
    [InlineData("\"chat_template_kwargs\":{\"a\":{}}", "invalid_value", "chat_template_kwargs.a")]
    [InlineData("\"documents\":[5]", "invalid_value", "documents[0]")]
    [InlineData("\"tool_choice\":\"required\"", "invalid_value", "tool_choice")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", "unsupported_parameter", "tools")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"no spaces\"}}]", "invalid_value", "tools[0].function.name")]
    [InlineData("\"continue_final_message\":true", "invalid_value", "continue_final_message")]
    public async Task Create_WithWhatIsNotAllowed_NamesTheField(string members, string code, string param) =>
        (await _server.PostAsync($$"""{"messages":[{{Ask}}],{{members}}}""")).AssertError(400, code, param);

    [Fact]
    public async Task Create_WhenTheTemplateRefuses_Is400WithItsWords()
    {
        var answer = await _server.PostAsync("""{"messages":[{"role":"user","content":"!refuse"}]}""");

        var error = answer.AssertError(400, "invalid_value", "messages");
        Assert.Equal("This model refuses to be refused.", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Create_WhenTheDeadlinePassesWhileThePromptIsRendered_Is504()
    {
        const string Body = """{"messages":[{"role":"user","content":"!slow"}],"max_tokens":1}""";

        (await _server.PostAsync(Body, ("X-Request-Timeout", "0.1"))).AssertError(504, "deadline_exceeded", null);
    }

    [Fact]
    public async Task DotNetClient_WithToolsAndChoiceNone_GetsTheModelsText()
    {
        var models = (await _server.GetAsync("v1/models")).Json.GetProperty("data");
        var client = DotNetClient.For(_server, models[0].GetProperty("id").GetString()!);
        var options = new ChatCompletionOptions
        {
            MaxOutputTokenCount = 4,
            ToolChoice = ChatToolChoice.CreateNoneChoice(),
            Tools = { ChatTool.CreateFunctionTool("get_weather", "Tells the weather", BinaryData.FromString("""{"type":"object"}""")) },
        };

        ChatCompletion completion = await client.CompleteChatAsync([new UserChatMessage("ask")], options);

        Assert.Equal("ask#get_weather#".Length, completion.Usage.InputTokenCount);
        Assert.Empty(completion.ToolCalls);
    }

    [SkippableFact]
    public async Task NpmClient_WithToolsAndChoiceNone_GetsTheModelsText()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "create.mjs", $$"""{"messages":[{{Ask}}],"max_tokens":4,{{Tools}}}"""));

        var completion = run.GetProperty("completion");
        Assert.Equal("ask#get_weather,add#".Length, completion.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }
}
