using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.OpenApi;

/// <summary>Real answers are what the document says, and have no member that it does not name.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class AnswerSchemaTests(ScriptedServer profile)
{
    private const string Logprobs = "\"logprobs\":true,\"top_logprobs\":2";
    private const string ChatTools = """
        "tools":[{"type":"function","function":{"name":"get","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]
        """;

    private const string MessageTools = """
        "tools":[{"name":"get","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}]
        """;

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Chat_IsAsDescribed()
    {
        var document = await ApiDocument.OfAsync(_server);
        string[] members = [Logprobs, ChatTools, "\"stop\":\"moment\",\"n\":2"];
        foreach (var member in members)
        {
            document.AssertIs("ChatCompletion", (await _server.PostAsync(ChatJson.Of(ResponsesJson.Calling.Replace("\\n", "\n", StringComparison.Ordinal), member))).AssertCompletion());
            var stream = await _server.StreamAsync(ChatJson.Streaming(
                ResponsesJson.Calling.Replace("\\n", "\n", StringComparison.Ordinal), member + ",\"stream_options\":{\"include_usage\":true}"));
            Assert.True(stream.Chunks.Count > 3);
            Assert.All(stream.Chunks, chunk => document.AssertIs("ChatCompletionChunk", chunk));
        }
    }

    [Fact]
    public async Task Completions_AreAsDescribed()
    {
        var document = await ApiDocument.OfAsync(_server);

        document.AssertIs("Completion", await PostAsync("v1/completions", """{"prompt":"!text abc","logprobs":2}"""));
        var stream = await _server.StreamAtAsync("v1/completions", """{"prompt":"!text abc","stream":true,"logprobs":2,"stop":"c","stream_options":{"include_usage":true}}""");
        Assert.All(stream.Chunks, chunk => document.AssertIs("Completion", chunk));
    }

    [Fact]
    public async Task Responses_AreAsDescribed()
    {
        var document = await ApiDocument.OfAsync(_server);
        var prompt = ResponsesJson.Calling.Replace("\\n", "\n", StringComparison.Ordinal);
        var response = await PostAsync("v1/responses", ResponsesJson.Of(prompt, ResponsesJson.Tools + ",\"top_logprobs\":1"));
        var path = "v1/responses/" + response.GetProperty("id").GetString();

        document.AssertIs("Response", response);
        document.AssertIs("Response", (await _server.GetAsync(path)).Json);
        document.AssertIs("ResponseItemList", (await _server.GetAsync(path + "/input_items")).Json);
        document.AssertIs("DeletedResponse", (await _server.SendAsync(HttpMethod.Delete, path)).Json);
        document.AssertIs("ResponseInputTokens", await PostAsync("v1/responses/input_tokens", ResponsesJson.Of("a")));
        var stream = await _server.StreamAtAsync("v1/responses", ResponsesJson.Streaming(prompt, ResponsesJson.Tools));
        Assert.All(ResponsesJson.Events(stream), told => document.AssertIs("ResponseEvent", told));
    }

    [Fact]
    public async Task Messages_AreAsDescribed()
    {
        var document = await ApiDocument.OfAsync(_server);
        var prompt = ResponsesJson.Calling.Replace("\\n", "\n", StringComparison.Ordinal);

        document.AssertIs("AnthropicMessage", await PostAsync(MessagesJson.Path, MessagesJson.Of(prompt, MessageTools)));
        document.AssertIs("AnthropicTokenCount", await PostAsync("v1/messages/count_tokens", MessagesJson.Of("a")));
        document.AssertIs("AnthropicMessageErrorBody", (await MessagesJson.PostAsync(_server, "{}")).Json);
        var stream = await _server.StreamAtAsync(MessagesJson.Path, MessagesJson.Of(prompt, MessageTools + ",\"stream\":true"));
        Assert.All(MessagesJson.Events(stream), told => document.AssertIs("AnthropicMessageEvent", told));
    }

    [Fact]
    public async Task TheRest_IsAsDescribed()
    {
        var document = await ApiDocument.OfAsync(_server);

        document.AssertIs("ModelList", (await _server.GetAsync("v1/models")).Json);
        document.AssertIs("ModelCard", (await _server.GetAsync("v1/models/" + ScriptedServer.ModelId)).Json);
        document.AssertIs("TokenizeAnswer", await PostAsync("tokenize", """{"prompt":"abc","return_token_strs":true}"""));
        document.AssertIs("DetokenizeAnswer", await PostAsync("detokenize", """{"tokens":[97]}"""));
        document.AssertIs("EmbeddingList", await PostAsync("v1/embeddings", """{"input":["a","b"]}"""));
        document.AssertIs("EmbeddingList", await PostAsync("v1/embeddings", """{"input":"a","encoding_format":"base64"}"""));
        document.AssertIs("Health", (await _server.GetAsync("health/ready")).Json);
        document.AssertIs("ErrorBody", (await _server.GetAsync("v1/models/none")).Json);
        var probe = await _server.GetAsync("health/stream?count=1");
        document.AssertIs("ProbeEvent", JsonElement.Parse(probe.Body.Split('\n')[0]["data: ".Length..]));
    }

    private async Task<JsonElement> PostAsync(string path, string json)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, path, json);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }
}
