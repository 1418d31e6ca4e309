using System.Text.Json;
using OpenAI.Chat;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Tool calls on chat completions (contract B.15, cases 53 to 59).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ToolTests(ScriptedServer profile)
{
    private const string Weather = """
        {"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string","enum":["Bern","Rome"]}},"required":["city"],"additionalProperties":false}}}
        """;

    private const string Clock = """{"type":"function","function":{"name":"get_time"}}""";
    private const string Tools = $"\"tools\":[{Weather},{Clock}]";
    private const string CallOfBern = """<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bern"}}\n</tool_call>""";
    private const string CallOfTime = """<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>""";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public Task Case53_AStreamedCall_TellsIndexIdTypeAndNameOnce_AndItsArgumentsInPieces() => Eventually.MeasuresAsync(
        async () =>
        {
            // Slowly, since what waits for the reader is told at once.
            var transcript = await _server.StreamAsync(ChatJson.Streaming("!delay ms=10\n!text " + CallOfBern, Tools));

            var fragments = Fragments(transcript);
            var first = fragments[0].GetProperty("tool_calls")[0];
            Assert.Equal((0, "function", "get_weather", ""), (
                first.GetProperty("index").GetInt32(), first.GetProperty("type").GetString(),
                first.GetProperty("function").GetProperty("name").GetString(), first.GetProperty("function").GetProperty("arguments").GetString()));
            Assert.StartsWith("call_", first.GetProperty("id").GetString(), StringComparison.Ordinal);
            Assert.All(fragments.Skip(1), fragment => Assert.Equal(["index", "function"], fragment.GetProperty("tool_calls")[0].EnumerateObject().Select(member => member.Name)));
            Assert.All(fragments.Skip(1), fragment => Assert.Equal("arguments", Assert.Single(fragment.GetProperty("tool_calls")[0].GetProperty("function").EnumerateObject()).Name));
            Assert.Equal("""{"city": "Bern"}""", string.Concat(fragments.Select(Arguments)));
            Assert.Equal(("tool_calls", ""), (transcript.FinishReason(), transcript.Text()));
            return fragments.Count;
        },
        fragments => Assert.True(fragments > 2, "The arguments came in one piece."));

    [Fact]
    public async Task Case54_TwoCalls_ComeOneAfterTheOther_UnderIdsOfTheirOwn()
    {
        var transcript = await _server.StreamAsync(ChatJson.Streaming($"!text {CallOfBern}\\n{CallOfTime}", Tools));

        var fragments = Fragments(transcript).Select(fragment => fragment.GetProperty("tool_calls")[0]).ToList();
        var indices = fragments.Select(fragment => fragment.GetProperty("index").GetInt32()).ToList();
        Assert.Equal(indices.Order(), indices);
        Assert.Equal([0, 1], indices.Distinct());
        Assert.Equal(2, fragments.Where(fragment => fragment.TryGetProperty("id", out _)).Select(fragment => fragment.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal("{}", string.Concat(fragments.Where(fragment => fragment.GetProperty("index").GetInt32() == 1)
            .Select(fragment => fragment.GetProperty("function").GetProperty("arguments").GetString())));
    }

    [Theory]
    [InlineData("\"required\"", "tool_calls")]
    [InlineData("""{"type":"function","function":{"name":"get_weather"}}""", "stop")]
    public async Task Case55_AForcedCall_ObeysItsSchema_WhateverTheModelWouldSay(string choice, string finish)
    {
        // The model would say prose; the mask leaves it a call, whose city is one of the two.
        var answer = await _server.PostAsync(ChatJson.Of("!text Bern is nice. get_weather", $"\"tools\":[{Weather}],\"tool_choice\":{choice},\"max_tokens\":400"));
        var transcript = await _server.StreamAsync(ChatJson.Streaming("!text Bern is nice. get_weather", $"\"tools\":[{Weather}],\"tool_choice\":{choice},\"max_tokens\":400"));

        var made = answer.AssertCompletion().GetProperty("choices")[0];
        var function = Calls(made).First().GetProperty("function");
        Assert.Equal("get_weather", function.GetProperty("name").GetString());
        Assert.True(JsonElement.Parse(function.GetProperty("arguments").GetString()!).GetProperty("city").GetString() is "Bern" or "Rome");
        Assert.Equal((finish, finish), (made.GetProperty("finish_reason").GetString(), transcript.FinishReason()));
        Assert.Equal("", transcript.Text());
    }

    [Fact]
    public async Task Case56_ToolsThatAreEmpty_AreNone()
    {
        var answer = await _server.PostAsync(ChatJson.Of("!text " + CallOfTime, "\"tools\":[]"));

        Assert.Equal("<tool_call>\n{\"name\": \"get_time\", \"arguments\": {}}\n</tool_call>", ChatJson.Text(answer.AssertCompletion()));
    }

    [Theory]
    [InlineData("\"tool_choice\":\"required\"", "tool_choice")]
    [InlineData($$$"""{{{Tools}}},"tool_choice":{"type":"function","function":{"name":"nope"}}""", "tool_choice.function.name")]
    public async Task Case56_AChoiceOfWhatIsNotThere_Is400(string members, string param) =>
        (await _server.PostAsync(ChatJson.Of("!text a", members))).AssertError(400, "invalid_value", param);

    [Fact]
    public async Task Case57_WithoutParallelCalls_OnlyTheFirstIsTold()
    {
        var answer = await _server.PostAsync(ChatJson.Of($"!text {CallOfBern}\\n{CallOfTime}", Tools + ",\"parallel_tool_calls\":false"));

        var choice = answer.AssertCompletion().GetProperty("choices")[0];
        Assert.Equal("get_weather", Assert.Single(Calls(choice)).GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Case58And59_StreamAndWholeAnswer_HoldTheSameCalls_BehindTheSameText()
    {
        const string text = $"!text Let me look. {CallOfBern}\\n{CallOfTime}";
        var transcript = await _server.StreamAsync(ChatJson.Streaming(text, Tools));
        var message = (await _server.PostAsync(ChatJson.Of(text, Tools))).AssertCompletion().GetProperty("choices")[0].GetProperty("message");

        Assert.Equal("Let me look.", message.GetProperty("content").GetString()!.TrimEnd());
        Assert.Equal(message.GetProperty("content").GetString(), transcript.Text());
        var streamed = Fragments(transcript).GroupBy(fragment => fragment.GetProperty("tool_calls")[0].GetProperty("index").GetInt32())
            .Select(call => string.Concat(call.Select(Name)) + string.Concat(call.Select(Arguments)));
        Assert.Equal(
            message.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("function"))
                .Select(function => function.GetProperty("name").GetString() + function.GetProperty("arguments").GetString()),
            streamed);
        Assert.Equal(["role", "content", "tool"], Kinds(transcript).Distinct());
    }

    [Fact]
    public async Task Choice_None_LeavesACallInTheText()
    {
        var answer = await _server.PostAsync(ChatJson.Of("!text " + CallOfTime, Tools + ",\"tool_choice\":\"none\""));

        Assert.StartsWith("<tool_call>", ChatJson.Text(answer.AssertCompletion()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Functions_AreAnsweredInTheirOwnForm()
    {
        const string functions = "\"functions\":[{\"name\":\"get_weather\",\"parameters\":{\"type\":\"object\"}}]";
        var choice = (await _server.PostAsync(ChatJson.Of("!text " + CallOfBern, functions))).AssertCompletion().GetProperty("choices")[0];
        var transcript = await _server.StreamAsync(ChatJson.Streaming("!text " + CallOfBern, functions));

        Assert.Equal("""{"name":"get_weather","arguments":"{\"city\": \"Bern\"}"}""", choice.GetProperty("message").GetProperty("function_call").GetRawText());
        Assert.Equal(("function_call", "function_call"), (choice.GetProperty("finish_reason").GetString(), transcript.FinishReason()));
        Assert.False(choice.GetProperty("message").TryGetProperty("tool_calls", out _));
    }

    [Fact]
    public async Task History_OfCallsAndResults_IsTakenWithAndWithoutTools()
    {
        const string history = """
            {"messages":[{"role":"user","content":"!answer It is {result}."},
            {"role":"assistant","content":"","name":"A","tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\n  \"city\": \"Bern\"\n}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"sunny"}]
            """;

        Assert.Equal("It is sunny.", ChatJson.Text((await _server.PostAsync(history + "}")).AssertCompletion()));
        Assert.Equal("It is sunny.", ChatJson.Text((await _server.PostAsync(history + "," + Tools + "}")).AssertCompletion()));
    }

    [Fact]
    public async Task DotNetClient_ReadsAStreamedCall()
    {
        var client = DotNetClient.For(_server, ScriptedServer.ModelId);
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("get_weather") } };
        var (id, name, arguments, reason) = ("", "", "", default(ChatFinishReason?));
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage("!text " + CallOfBern)], options))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                (id, name) = (id + call.ToolCallId, name + call.FunctionName);
                arguments += call.FunctionArgumentsUpdate?.ToString();
            }

            reason ??= update.FinishReason;
        }

        Assert.StartsWith("call_", id, StringComparison.Ordinal);
        Assert.Equal(("get_weather", """{"city": "Bern"}""", ChatFinishReason.ToolCalls), (name, arguments, reason));
    }

    [SkippableFact]
    public async Task NpmClient_ReadsAStreamedCall_WithItsOwnHelper()
    {
        var final = Assert.Single(await NodeClient.RunAsync(
            _server, "helper.mjs", ChatJson.Of("!text " + CallOfBern, Tools + $",\"model\":\"{ScriptedServer.ModelId}\""))).GetProperty("final");

        var call = Assert.Single(Calls(final.GetProperty("choices")[0]));
        Assert.Equal("""{"city": "Bern"}""", call.GetProperty("function").GetProperty("arguments").GetString());
    }

    /// <summary>The deltas of the calls.</summary>
    private static List<JsonElement> Fragments(SseTranscript transcript) =>
        [.. transcript.Choices().Select(choice => choice.GetProperty("delta")).Where(delta => delta.TryGetProperty("tool_calls", out _))];

    private static IEnumerable<string> Kinds(SseTranscript transcript) => transcript.Choices().Select(choice => choice.GetProperty("delta"))
        .Where(delta => delta.EnumerateObject().Any())
        .Select(delta => delta.TryGetProperty("tool_calls", out _) ? "tool" : delta.TryGetProperty("role", out _) ? "role" : "content");

    private static JsonElement.ArrayEnumerator Calls(JsonElement choice) => choice.GetProperty("message").GetProperty("tool_calls").EnumerateArray();

    private static string? Name(JsonElement fragment) =>
        fragment.GetProperty("tool_calls")[0].GetProperty("function").TryGetProperty("name", out var name) ? name.GetString() : null;

    private static string? Arguments(JsonElement fragment) =>
        fragment.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString();
}
