using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Answers in a form (contract B.17), of a model with random weights: whatever it wants to say, it can say nothing else.</summary>
[Collection(nameof(TinyModelServer))]
public sealed class StructuredOutputTests(TinyModelServer profile)
{
    private const string Schema = """
        {"type":"object","additionalProperties":false,"required":["name","kind","count","tags","place"],"properties":{
          "name":{"type":"string","minLength":1,"maxLength":6},
          "kind":{"enum":["river","lake"]},
          "count":{"type":"integer","minimum":0,"maximum":500},
          "tags":{"type":"array","items":{"type":"string","pattern":"^[a-z]{2,4}$"},"maxItems":2},
          "place":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/point"}]}},
         "$defs":{"point":{"type":"object","additionalProperties":false,"required":["x"],"properties":{"x":{"type":"number","minimum":-1,"maximum":1,"multipleOf":0.01}}}}}
        """;

    private const string Format = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"strict\":true,\"schema\":" + Schema + "}}";

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("\"temperature\":0")]
    [InlineData("\"temperature\":1,\"seed\":1,\"n\":4")]
    [InlineData("\"temperature\":2,\"seed\":2,\"logprobs\":true,\"top_logprobs\":2,\"presence_penalty\":1")]
    [InlineData("\"temperature\":1,\"seed\":3,\"ignore_eos\":true,\"min_tokens\":400")]
    public async Task Answer_ToAnySampling_ObeysTheSchema(string members)
    {
        var answer = await _server.PostAsync(ChatJson.Of("Say something.", $"{members},{Format}"));

        Assert.Equal(200, answer.Status);
        foreach (var choice in answer.Json.GetProperty("choices").EnumerateArray())
        {
            Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
            AssertObeys(choice.GetProperty("message").GetProperty("content").GetString()!);
        }
    }

    [Fact]
    public async Task Stream_OfASchema_IsTheWholeAnswersText()
    {
        const string members = "\"temperature\":1,\"seed\":5," + Format;
        var whole = await _server.PostAsync(ChatJson.Of("Say something.", members));

        var stream = await _server.StreamAsync(ChatJson.Streaming("Say something.", members));

        Assert.Equal(ChatJson.Text(whole.Json), stream.Text());
        AssertObeys(stream.Text());
    }

    [Theory]
    [InlineData("\"structured_outputs\":{\"grammar\":GRAMMAR}")]
    [InlineData("\"grammar\":GRAMMAR,\"stream\":true")]
    public async Task Answer_ByAGrammar_IsOneOfItsTexts(string members)
    {
        var grammar = JsonSerializer.Serialize("root ::= pair{2,3}\npair ::= key \"=\" [0-9]{1,3} \";\"\nkey ::= [a-c] | \"é\"");
        var body = ChatJson.Of("Say something.", $"\"temperature\":1.5,\"seed\":4,{members.Replace("GRAMMAR", grammar, StringComparison.Ordinal)}");

        var text = members.Contains("stream", StringComparison.Ordinal) ? (await _server.StreamAsync(body)).Text() : ChatJson.Text((await _server.PostAsync(body)).Json);

        Assert.Matches("^([abcé]=[0-9]{1,3};){2,3}$", text);
    }

    [Fact]
    public async Task Answer_OfManyAtOnce_ObeysEachItsOwnSchema()
    {
        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            var schema = new { type = "array", items = new { @const = number }, minItems = number, maxItems = number };
            var format = JsonSerializer.Serialize(new { type = "json_schema", json_schema = new { name = "x", schema } });
            return ChatJson.Text((await _server.PostAsync(ChatJson.Of("a", $"\"response_format\":{format}"))).Json);
        }));

        Assert.All(texts.Index(), text => Assert.Equal(
            Enumerable.Repeat(text.Index, text.Index), JsonElement.Parse(text.Item).EnumerateArray().Select(item => item.GetInt32())));
    }

    [Fact]
    public async Task Answer_AsAnyObject_IsOneOrWasCut()
    {
        var answer = await _server.PostAsync(ChatJson.Of("a", "\"response_format\":{\"type\":\"json_object\"},\"max_tokens\":40,\"temperature\":1,\"seed\":1"));

        var choice = answer.Json.GetProperty("choices")[0];
        var text = choice.GetProperty("message").GetProperty("content").GetString()!;
        Assert.StartsWith("{", text.TrimStart(), StringComparison.Ordinal);
        if (choice.GetProperty("finish_reason").GetString() == "stop")
        {
            Assert.Equal(JsonValueKind.Object, JsonElement.Parse(text).ValueKind);
        }
    }

    [Fact]
    public async Task Answer_WhoseOnlyTokensAreBanned_FailsAlone()
    {
        var failed = await _server.PostAsync(ChatJson.Of("a", "\"response_format\":{\"type\":\"json_object\"},\"bad_words\":[\"{\"],\"max_tokens\":20"));
        var next = await _server.PostAsync(ChatJson.Of("a", "\"max_tokens\":3"));

        failed.AssertError(500, "internal_error", null);
        Assert.Equal(200, next.Status);
    }

    [Theory]
    [InlineData("{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":{\"not\":{\"propertyNames\":{\"maxLength\":2}}}}}", "unsupported_parameter", "propertyNames")]
    [InlineData("{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"strict\":true,\"schema\":{\"type\":\"none\"}}}", "invalid_value", "#/type")]
    public async Task ASchemaThatCannotBeEnforced_IsRefusedBeforeTheStream(string format, string code, string told)
    {
        var answer = await _server.PostAsync(ChatJson.Streaming("a", $"\"response_format\":{format}"));

        var error = answer.AssertError(400, code, "response_format.json_schema.schema");
        Assert.Contains(told, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASchemaThatCannotBeEnforcedAndNeedNot_IsAnsweredWithAWarning()
    {
        var answer = await _server.PostAsync(ChatJson.Of(
            "a", "\"max_tokens\":5,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":\"array\",\"uniqueItems\":true,\"title\":\"é\"}}}"));

        Assert.Equal(200, answer.Status);
        Assert.Contains("uniqueItems", Assert.Single(answer.Headers.GetValues("x-rill-warning")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DotNetClient_WithASchema_GetsJson()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("answer", BinaryData.FromString(Schema), jsonSchemaIsStrict: true),
        };

        ChatCompletion answer = await DotNetClient.For(_server, await ModelAsync()).CompleteChatAsync([new UserChatMessage("Say something.")], options);

        AssertObeys(answer.Content[0].Text);
    }

    [SkippableFact]
    public async Task NpmParse_WithASchema_GetsAnObject_AndThrowsWhenItWasCut()
    {
        var parsed = Assert.Single(await NodeClient.RunAsync(_server, "parse.mjs", ChatJson.Of("Say something.", Format)));
        var cut = Assert.Single(await NodeClient.RunAsync(_server, "parse.mjs", ChatJson.Of("Say something.", "\"max_tokens\":3," + Format)));

        AssertObeys(parsed.GetProperty("parsed")[0].GetRawText());
        Assert.Equal("LengthFinishReasonError", cut.GetProperty("error").GetString());
    }

    private async Task<string> ModelAsync() =>
        (await _server.GetAsync("/v1/models")).Json.GetProperty("data")[0].GetProperty("id").GetString()!;

    private static void AssertObeys(string text)
    {
        var value = JsonElement.Parse(text);
        Assert.Equal(["name", "kind", "count", "tags", "place"], value.EnumerateObject().Select(member => member.Name));
        Assert.InRange(value.GetProperty("name").GetString()!.EnumerateRunes().Count(), 1, 6);
        Assert.Contains(value.GetProperty("kind").GetString(), new[] { "river", "lake" });
        Assert.InRange(value.GetProperty("count").GetInt32(), 0, 500);
        Assert.All(value.GetProperty("tags").EnumerateArray(), tag => Assert.Matches("^[a-z]{2,4}$", tag.GetString()!));
        if (value.GetProperty("place") is { ValueKind: JsonValueKind.Object } place)
        {
            var x = place.GetProperty("x").GetDecimal();
            Assert.True(x is >= -1 and <= 1 && x * 100 == decimal.Truncate(x * 100));
        }
    }
}
