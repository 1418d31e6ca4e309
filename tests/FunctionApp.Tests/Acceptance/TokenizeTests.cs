using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Texts to ids and back (contract A.6), and bodies that are compressed (A.0).</summary>
[Collection(nameof(ScriptedServer))]
public sealed class TokenizeTests(ScriptedServer profile)
{
    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Tokenize_AndBack_GivesTheTextAgain()
    {
        const string text = "Grüße 🌊 <|endoftext|>";
        var answer = await PostAsync("tokenize", new JsonObject { ["prompt"] = text, ["return_token_strs"] = true });

        var tokens = answer.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()).ToList();
        Assert.Equal(
            (tokens.Count, tokens.Count, ScriptedServer.ContextLength, 256),
            (answer.GetProperty("count").GetInt32(), answer.GetProperty("token_strs").GetArrayLength(), answer.GetProperty("max_model_len").GetInt32(), tokens[^1]));

        var back = await PostAsync("detokenize", new JsonObject { ["tokens"] = new JsonArray([.. tokens.Select(id => (JsonNode)id)]) });
        Assert.Equal(text, back.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Tokenize_OfATextOfStrangers_FindsNoSpecialTokens()
    {
        var answer = await PostAsync("tokenize", new JsonObject { ["prompt"] = "<|endoftext|>", ["parse_special"] = false });

        Assert.Equal("<|endoftext|>"u8.ToArray().Select(value => (int)value), answer.GetProperty("tokens").EnumerateArray().Select(id => id.GetInt32()));
        Assert.False(answer.TryGetProperty("token_strs", out _));
    }

    [Fact]
    public async Task Tokenize_CountsWhatTheRequestsThemselvesCount()
    {
        const string prompt = "!text a <|endoftext|>";
        var chat = (await _server.PostAsync(ChatJson.Of(prompt))).AssertCompletion();
        var completion = await PostAsync("v1/completions", new JsonObject { ["prompt"] = prompt });

        Assert.Equal(PromptTokens(chat), (await PostAsync("tokenize", JsonNode.Parse(ChatJson.Of(prompt))!)).GetProperty("count").GetInt32());
        Assert.Equal(PromptTokens(completion), (await PostAsync("tokenize", new JsonObject { ["prompt"] = prompt })).GetProperty("count").GetInt32());
        Assert.Equal(PromptTokens(chat), PromptTokens(completion) + "<|endoftext|>".Length - 1);
    }

    [Theory]
    [InlineData("tokenize", "{}", "missing_required_parameter", "prompt")]
    [InlineData("tokenize", """{"prompt":5}""", "invalid_value", "prompt")]
    [InlineData("tokenize", """{"prompt":"a","messages":[]}""", "invalid_value", "prompt")]
    [InlineData("tokenize", """{"messages":[]}""", "invalid_value", "messages")]
    [InlineData("tokenize", """{"messages":[{"role":"user","content":5}]}""", "invalid_value", "messages[0].content")]
    [InlineData("tokenize", """{"messages":[{"role":"user","content":"a"}],"chat_template":"x"}""", "unsupported_parameter", "chat_template")]
    [InlineData("detokenize", "{}", "missing_required_parameter", "tokens")]
    [InlineData("detokenize", """{"tokens":"a"}""", "invalid_value", "tokens")]
    [InlineData("detokenize", """{"tokens":[-1]}""", "invalid_value", "tokens")]
    [InlineData("detokenize", """{"tokens":[99999]}""", "invalid_value", "tokens")]
    public async Task BadRequest_NamesTheField(string path, string json, string code, string param) =>
        (await _server.SendAsync(HttpMethod.Post, path, json)).AssertError(400, code, param);

    [Theory]
    [InlineData("tokenize", """{"prompt":"a","model":"nope"}""")]
    [InlineData("detokenize", """{"tokens":[1],"model":"nope"}""")]
    public async Task UnknownModel_Is404(string path, string json) =>
        (await _server.SendAsync(HttpMethod.Post, path, json)).AssertError(404, "model_not_found", "model");

    [Fact]
    public async Task Detokenize_OfATextLongerThanItMayBe_Is400()
    {
        var ids = string.Join(',', Enumerable.Repeat(256, 400_000));    // a token of 13 characters

        var error = (await _server.SendAsync(HttpMethod.Post, "detokenize", $"{{\"tokens\":[{ids}]}}")).AssertError(400, "invalid_value", "tokens");

        Assert.Contains("4194304", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CompressedBody_IsRead() =>
        Assert.Equal("hi", ChatJson.Text((await PostCompressedAsync(Encoding.UTF8.GetBytes(ChatJson.Of("!text hi")))).AssertCompletion()));

    [Fact]
    public async Task CompressedBody_BeyondTheCap_Is413_AndTheConnectionServesOn()
    {
        (await PostCompressedAsync(new byte[50_000_000])).AssertError(413, "request_too_large", null);
        Assert.Equal(200, (await _server.PostAsync(ChatJson.Of("!text a"))).Status);
    }

    private static int PromptTokens(JsonElement answer) => answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32();

    private async Task<JsonElement> PostAsync(string path, JsonNode json)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, path, json.ToJsonString());
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }

    private async Task<ServerAnswer> PostCompressedAsync(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _server.Client.PostAsync(new Uri(ChatJson.Path, UriKind.Relative), content);
        return new ServerAnswer((int)response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync());
    }
}
