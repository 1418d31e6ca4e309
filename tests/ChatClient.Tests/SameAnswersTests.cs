using System.ClientModel;
using System.ComponentModel;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using Rill.ChatClient.Tests.Harness;
using Rill.FunctionApp.Tests.Host;
using TokenLogprob = Rill.OpenAI.TokenLogprob;

namespace Rill.ChatClient.Tests;

/// <summary>
/// The same request, over HTTP through Microsoft's client of OpenAI's API and in this process, has the same answer: text, reasoning, calls, reason
/// and counts. Both sides start anew and are asked the same in the same order, so that what the prefix cache gives is the same as well.
/// </summary>
public sealed class SameAnswersTests
{
    private static readonly AIFunction s_weather = AIFunctionFactory.Create(GetWeather, "get_weather");

    [Fact]
    public async Task Answers_InProcess_AreThoseOverHttp()
    {
        await using var server = await RillServer.StartAsync(new() { ["Rill__Model"] = Model.Folder, ["Rill__Embeddings"] = "last" });
        await using var local = await RillChatClient.LoadAsync(Model.Folder, new() { Embeddings = "last" });
        var api = new OpenAIClient(new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = new Uri(server.BaseUri, "v1") });
        using var remote = api.GetChatClient("rill-mini").AsIChatClient();
        var seen = new List<Seen>();
        foreach (var (messages, options) in Requests())
        {
            var (expected, actual) = (await AskAsync(remote, messages, options), await AskAsync(local, messages, options));
            Assert.Equal(expected, actual);
            seen.AddRange(actual);
        }

        // The requests do show what they are for.
        Assert.Contains(seen, answer => answer.Calls.Length > 0 && answer.Reason == "tool_calls");
        Assert.Contains(seen, answer => answer.Reasoning.Length > 0);
        Assert.Contains(seen, answer => answer.Reason == "length");
        Assert.Contains(seen, answer => answer.Text.StartsWith('{'));
        Assert.Contains(seen, answer => answer.CachedTokens > 0);

        await AssertSameTokensAsync(server, local);
        await AssertSameVectorsAsync(api, local);
    }

    private static IEnumerable<(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)> Requests()
    {
        ChatMessage[] question = [new(ChatRole.User, Model.Question)];
        yield return (question, Model.Greedy);
        yield return ([new(ChatRole.System, "Your name is Quillo."), new(ChatRole.User, "What is your name?")], Model.Greedy);
        yield return ([new(ChatRole.User, Model.Story)], new() { Seed = 7, Temperature = 0.9f, TopP = 0.8f, FrequencyPenalty = 0.2f, PresencePenalty = 0.1f, MaxOutputTokens = 40 });
        yield return ([new(ChatRole.User, Model.Story)], new() { Seed = 11, StopSequences = ["lived", "."], Instructions = "You are a pirate." });
        yield return (question, new() { Temperature = 0, Reasoning = new() { Effort = ReasoningEffort.High }, MaxOutputTokens = 120 });
        yield return ([new(ChatRole.User, "Ada is 36 years old. Who is it, and how old?")], new() { Temperature = 0, ResponseFormat = ChatResponseFormat.ForJsonSchema<Person>() });
        yield return ([new(ChatRole.User, "Write JSON about a river.")], new() { Seed = 3, ResponseFormat = ChatResponseFormat.Json, MaxOutputTokens = 60 });

        ChatMessage[] weather = [new(ChatRole.User, "What is the weather in Bern?")];
        yield return (weather, new() { Temperature = 0, Tools = [s_weather], MaxOutputTokens = 80 });
        yield return (weather, new() { Seed = 5, Tools = [s_weather], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, MaxOutputTokens = 80 });
        yield return (weather, new() { Temperature = 0, Tools = [s_weather], ToolMode = ChatToolMode.None, MaxOutputTokens = 30 });
        yield return (
            [
                .. weather,
                new(ChatRole.Assistant, [new FunctionCallContent("call_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern" })]),
                new(ChatRole.Tool, [new FunctionResultContent("call_1", new { City = "Bern", Sky = "sunny", Degrees = 21 })]),
            ],
            new() { Temperature = 0, Tools = [s_weather] });
    }

    private static async Task<Seen[]> AskAsync(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions options) =>
        [Seen.Of(await client.GetResponseAsync(messages, options)), Seen.Of(await client.GetStreamingResponseAsync(messages, options).ToChatResponseAsync())];

    /// <summary>The tokens by their bytes, and what the model thought of each and of its neighbours.</summary>
    private static async Task AssertSameTokensAsync(RillServer server, RillChatClient local)
    {
        using var answer = await server.Client.PostAsJsonAsync("v1/chat/completions", new
        {
            messages = new[] { new { role = "user", content = Model.Story } },
            max_tokens = 30,
            seed = 42,
            min_p = 0.05,
            logprobs = true,
            top_logprobs = 2,
        });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var expected = body.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content").EnumerateArray()
            .Select(token => (Bytes(token), token.GetProperty("logprob").GetSingle(), string.Join(' ', token.GetProperty("top_logprobs").EnumerateArray().Select(Bytes)))).ToList();

        var response = await local.GetResponseAsync(Model.Story, new()
        {
            MaxOutputTokens = 30,
            Seed = 42,
            AdditionalProperties = new() { ["min_p"] = 0.05, ["logprobs"] = true, ["top_logprobs"] = 2 },
        });

        var tokens = Assert.IsAssignableFrom<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties!["logprobs"]);
        Assert.Equal(30, tokens.Count);
        Assert.Equal(expected, tokens.Select(token => (
            string.Join(',', token.Bytes!), token.Logprob, string.Join(' ', token.TopLogprobs.Select(top => string.Join(',', top.Bytes!))))));
        Assert.Equal(body.GetProperty("system_fingerprint").GetString(), response.AdditionalProperties["system_fingerprint"]);

        static string Bytes(JsonElement token) => string.Join(',', token.GetProperty("bytes").EnumerateArray());
    }

    private static async Task AssertSameVectorsAsync(OpenAIClient api, RillChatClient local)
    {
        string[] texts = ["A river.", "Streaming tokens"];
        var expected = await api.GetEmbeddingClient("rill-mini").AsIEmbeddingGenerator().GenerateAsync(texts);

        var actual = await local.GenerateAsync(texts);

        Assert.Equal(expected.Select(embedding => embedding.Vector.ToArray()), actual.Select(embedding => embedding.Vector.ToArray()));
        Assert.Equal(expected.Usage!.InputTokenCount, actual.Usage!.InputTokenCount);
    }

    [Description("The weather of a city.")]
    private static string GetWeather([Description("The city.")] string city) => city;

    private sealed record Person(string Name, int Age);

    /// <summary>What a program sees of an answer; ids of calls are drawn anew each time.</summary>
    private sealed record Seen(string Text, string Reasoning, string Calls, string? Reason, long? InputTokens, long? OutputTokens, long? CachedTokens, long? ReasoningTokens)
    {
        public static Seen Of(ChatResponse response)
        {
            var contents = response.Messages.SelectMany(message => message.Contents).ToList();
            return new(
                response.Text,
                string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text)),
                string.Join(';', contents.OfType<FunctionCallContent>().Select(call => $"{call.Name}({JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions)})")),
                response.FinishReason?.Value,
                response.Usage?.InputTokenCount,
                response.Usage?.OutputTokenCount,
                response.Usage?.CachedInputTokenCount,
                response.Usage?.ReasoningTokenCount);
        }
    }
}
