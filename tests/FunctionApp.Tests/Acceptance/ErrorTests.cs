using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Errors before the stream, on a server without keys (contract A.0, A.1).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class ErrorTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("{", "invalid_json", null)]
    [InlineData("", "invalid_json", null)]
    [InlineData("[]", "invalid_value", null)]
    [InlineData("{}", "missing_required_parameter", "messages")]
    [InlineData("""{"messages":[]}""", "invalid_value", "messages")]
    [InlineData("""{"messages":"hi"}""", "invalid_value", "messages")]
    [InlineData("""{"messages":[{"role":"user","content":5}]}""", "invalid_value", "messages[0].content")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"stream":"yes"}""", "invalid_value", "stream")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""", "unsupported_parameter", "messages[0].content[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"custom","custom":{"name":"f"}}]}""", "unsupported_parameter", "tools[0].type")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"structural_tag":"x"}""", "unsupported_parameter", "structural_tag")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"guided_grammar":"start: x"}""", "invalid_value", "guided_grammar")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"max_tokens":-3000000000}""", "invalid_value", "max_tokens")]
    public async Task BadRequest_NamesTheField(string json, string code, string? param) =>
        (await _server.PostAsync(json)).AssertError(400, code, param);

    [Theory]
    [InlineData("\"temperature\":-0.1", "temperature")]
    [InlineData("\"temperature\":2.1", "temperature")]
    [InlineData("\"temperature\":\"NaN\"", "temperature")]
    [InlineData("\"top_p\":1.1", "top_p")]
    [InlineData("\"top_p\":-0.1", "top_p")]
    [InlineData("\"top_k\":-2", "top_k")]
    [InlineData("\"min_p\":1.5", "min_p")]
    [InlineData("\"logit_bias\":{\"abc\":1}", "logit_bias")]
    [InlineData("\"logit_bias\":{\"100000\":1}", "logit_bias")]
    [InlineData("\"frequency_penalty\":2.1", "frequency_penalty")]
    [InlineData("\"presence_penalty\":2.1", "presence_penalty")]
    [InlineData("\"repetition_penalty\":0", "repetition_penalty")]
    [InlineData("\"n\":0", "n")]
    [InlineData("\"n\":129", "n")]
    public async Task SamplingParameter_OutOfRange_Is400(string members, string param) =>
        (await _server.PostAsync(ChatJson.Of("!text a", members))).AssertError(400, "invalid_value", param);

    [Fact]
    public async Task UnknownModel_Is404() =>
        (await _server.PostAsync(ChatJson.Of("!text a", "\"model\":\"gpt-4\""))).AssertError(404, "model_not_found", "model");

    [Fact]
    public async Task ModelList_ShowsTheModel()
    {
        var list = (await _server.GetAsync("v1/models")).Json;

        Assert.Equal("list", list.GetProperty("object").GetString());
        AssertModel(Assert.Single(list.GetProperty("data").EnumerateArray()));
    }

    [Theory]
    [InlineData("v1/models/tests/scripted")]
    [InlineData("v1/models/tests%2Fscripted")]
    public async Task Model_WithASlashInItsId_IsFound(string path) => AssertModel((await _server.GetAsync(path)).Json);

    [Fact]
    public async Task Model_Unknown_Is404() => (await _server.GetAsync("v1/models/a/b")).AssertError(404, "model_not_found", "model");

    [Theory]
    [InlineData("GET", "v1/chat/completions", 405, "method_not_allowed")]
    [InlineData("DELETE", "v1/models", 405, "method_not_allowed")]
    [InlineData("POST", "health", 405, "method_not_allowed")]
    [InlineData("GET", "v1/unknown", 404, "unknown_url")]
    [InlineData("POST", "", 404, "unknown_url")]
    public async Task Routes_WrongMethodOrPath_AnswerWithTheErrorObject(string method, string path, int status, string code) =>
        (await _server.SendAsync(new HttpMethod(method), path)).AssertError(status, code, null);

    [Theory]
    [InlineData("GET", "v1", "/v1 is right as a client's base URL")]
    [InlineData("GET", "v1/", "/v1 is right as a client's base URL")]
    [InlineData("POST", "", "with /v1 at its end")]
    [InlineData("POST", "chat/completions", "Did you mean /v1/chat/completions? A client's base URL is the address of this server with /v1 at its end.")]
    [InlineData("POST", "v1/v1/chat/completions", "Did you mean /v1/chat/completions?")]
    [InlineData("POST", "completions", "Did you mean /v1/completions?")]
    [InlineData("GET", "models", "Did you mean /v1/models?")]
    [InlineData("POST", "messages", "Did you mean /v1/messages? The base URL of an Anthropic client is the address of this server without /v1.")]
    [InlineData("POST", "v1/v1/messages/count_tokens", "Did you mean /v1/messages/count_tokens?")]
    [InlineData("GET", "models/a/b", "Did you mean /v1/models/a/b?")]
    [InlineData("POST", "v1/tokenize", "Did you mean /tokenize?")]
    public async Task Path_BesideTheRightOne_IsAnsweredWithIt(string method, string path, string hint)
    {
        var error = (await _server.SendAsync(new HttpMethod(method), path)).AssertError(404, "unknown_url", null);

        Assert.Contains(hint, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("health")]
    [InlineData("health/live")]
    [InlineData("health/ready")]
    public async Task Health_WhileServing_Is200(string path) => Assert.Equal(200, (await _server.GetAsync(path)).Status);

    [Theory]
    [InlineData("text/plain", "identity")]
    [InlineData("application/json", "br")]
    public async Task Body_OfAnotherTypeOrCompression_Is415(string type, string encoding)
    {
        await using var connection = await RawConnection.ConnectAsync(_server.BaseUri);
        await connection.SendAsync("POST", ChatJson.Path, json: null, ("Content-Type", type), ("Content-Encoding", encoding), ("Content-Length", "2"));
        await connection.SendBytesAsync("{}"u8.ToArray());
        var head = await connection.ReadHeadAsync(default);

        Assert.Equal(415, head.Status);
        var error = JsonElement.Parse(await connection.ReadTextAsync(head, default)).GetProperty("error");
        Assert.Equal("unsupported_media_type", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("v1/models/a/b")]
    [InlineData("v1/unknown")]
    [InlineData("v1/chat/completions")]
    public async Task RequestId_StandsOnErrorsToo(string path) =>
        Assert.NotEmpty((await _server.GetAsync(path)).Headers.GetValues("x-request-id").Single());

    [Theory]
    [InlineData("")]
    [InlineData("has\ttab")]
    [InlineData("has space")]
    public async Task RequestId_ThatIsNotVisibleAscii_IsReplaced(string id)
    {
        var answer = await _server.SendAsync(HttpMethod.Get, "v1/models", null, ("X-Request-Id", id));

        Assert.NotEqual(id, Assert.Single(answer.Headers.GetValues("x-request-id")));
    }

    [Fact]
    public async Task Metrics_HaveVllmsNames()
    {
        await _server.PostAsync(ChatJson.Of("!text a"));
        var answer = await _server.GetAsync("metrics");

        Assert.All(
            (string[])["vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:time_to_first_token_seconds_bucket", "vllm:generation_tokens_total"],
            name => Assert.Contains("\n" + name, answer.Body, StringComparison.Ordinal));
        Assert.InRange(await _server.MetricAsync("vllm:request_success_total", ["finished_reason=\"stop\""]), 1, double.MaxValue);
    }

    private static void AssertModel(JsonElement model)
    {
        Assert.Equal((ScriptedServer.ModelId, "model"), (model.GetProperty("id").GetString(), model.GetProperty("object").GetString()));
        Assert.True(model.GetProperty("created").TryGetInt64(out _));
        Assert.NotEmpty(model.GetProperty("owned_by").GetString()!);
        Assert.Equal(ScriptedServer.ContextLength, model.GetProperty("max_model_len").GetInt32());
    }
}
