using System.Buffers.Binary;
using System.ClientModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Embeddings;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Embeddings of a model with random weights, whose own files say how they are made (contract A.4).</summary>
[Collection(nameof(TinyModelServer))]
public sealed class EmbeddingsTests(TinyModelServer profile)
{
    private const string Path = "v1/embeddings";

    private static readonly string[] _texts = ["Rivers flow to the sea.", "Füchse 🦊 sleep.", "x"];

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Answer_HasAUnitVectorForEachInputInOrder()
    {
        var answer = await EmbedAsync("\"user\":\"me\",\"model\":null", _texts);

        Assert.Equal("list", answer.GetProperty("object").GetString());
        Assert.Equal([0, 1, 2], answer.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("index").GetInt32()));
        Assert.All(answer.GetProperty("data").EnumerateArray(), entry => Assert.Equal("embedding", entry.GetProperty("object").GetString()));
        Assert.All(Floats(answer), vector => Assert.Equal(1, vector.Sum(value => (double)value * value), 6));
        Assert.Equal(TinyModel.Hidden, Floats(answer)[0].Length);
        var tokens = _texts.Sum(System.Text.Encoding.UTF8.GetByteCount);
        Assert.Equal($$"""{"prompt_tokens":{{tokens}},"total_tokens":{{tokens}}}""", answer.GetProperty("usage").GetRawText());
        Assert.NotEmpty(answer.GetProperty("model").GetString()!);
    }

    [Fact]
    public async Task Batch_GivesWhatEachGivesAlone_BesideRunningStreams()
    {
        var alone = new List<float[]>();
        foreach (var text in _texts)
        {
            alone.Add(Floats(await EmbedAsync("", text)).Single());
        }

        var streams = Enumerable.Range(0, 3).Select(seed => _server.StreamAsync(ChatJson.Streaming("Say something.", $"\"max_tokens\":200,\"ignore_eos\":true,\"seed\":{seed}"))).ToList();
        var together = Floats(await EmbedAsync("", _texts));

        Assert.All(alone.Zip(together), pair => AssertClose(pair.First, pair.Second));
        Assert.All(await Task.WhenAll(streams), stream => Assert.Equal("length", stream.FinishReason()));
    }

    [Fact]
    public async Task Ids_AreTakenAsTheyAre()
    {
        var byText = Floats(await EmbedAsync("", "abc")).Single();

        AssertClose(byText, Floats(await PostAsync("""{"input":[97,98,99]}""")).Single());
        AssertClose(byText, Floats(await PostAsync("""{"input":[[97,98,99],[97]]}"""))[0]);
    }

    [Fact]
    public async Task Dimensions_ShortenAndNormalise()
    {
        var whole = Floats(await EmbedAsync("", _texts))[0];

        var shortened = Floats(await EmbedAsync("\"dimensions\":7", _texts))[0];

        var length = Math.Sqrt(whole.Take(7).Sum(value => (double)value * value));
        AssertClose([.. whole.Take(7).Select(value => (float)(value / length))], shortened);
    }

    [Fact]
    public async Task Base64_HasTheBitsOfTheFloats()
    {
        var floats = await EmbedAsync("", _texts);
        var base64 = await EmbedAsync("\"encoding_format\":\"base64\"", _texts);

        Assert.Equal(
            Floats(floats).Select(vector => string.Join(' ', vector.Select(BitConverter.SingleToInt32Bits))),
            base64.GetProperty("data").EnumerateArray().Select(entry => Bits(entry.GetProperty("embedding").GetBytesFromBase64())));
    }

    [SkippableFact]
    public async Task Case97_Base64OfTheDotNetClient_IsTheFloatsOfNpm_BitForBit()
    {
        var run = Assert.Single(await NodeClient.RunAsync(_server, "embeddings.mjs", Body("", _texts).ToJsonString()));
        OpenAIEmbeddingCollection read = await (await ClientAsync()).GenerateEmbeddingsAsync(_texts);

        var expected = read.Select(embedding => string.Join(' ', embedding.ToFloats().ToArray().Select(BitConverter.SingleToInt32Bits))).ToList();
        Assert.Equal(expected, Bits(run.GetProperty("floats")));
        Assert.Equal(expected, Bits(run.GetProperty("decoded")));
        Assert.Equal(read.Usage.InputTokenCount, run.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task DotNetClient_WithDimensions_GetsThem()
    {
        OpenAIEmbedding embedding = await (await ClientAsync()).GenerateEmbeddingAsync("Rivers.", new EmbeddingGenerationOptions { Dimensions = 5 });

        Assert.Equal(5, embedding.ToFloats().Length);
    }

    [Fact]
    public async Task ManyInputs_AreAllServed()
    {
        var texts = Enumerable.Range(0, 400).Select(number => $"number {number}").ToArray();

        var vectors = Floats(await EmbedAsync("", texts));

        Assert.Equal(400, vectors.Count);
        AssertClose(Floats(await EmbedAsync("", texts[399])).Single(), vectors[399]);
    }

    [Theory]
    [InlineData("{}", "missing_required_parameter", "input")]
    [InlineData("""{"input":""}""", "invalid_value", "input")]
    [InlineData("""{"input":["a",""]}""", "invalid_value", "input[1]")]
    [InlineData("""{"input":[]}""", "invalid_value", "input")]
    [InlineData("""{"input":[99999]}""", "invalid_value", "input")]
    [InlineData("""{"input":"a","dimensions":65}""", "invalid_value", "dimensions")]
    [InlineData("""{"input":"a","dimensions":0}""", "invalid_value", "dimensions")]
    [InlineData("""{"input":"a","encoding_format":"int8"}""", "invalid_value", "encoding_format")]
    [InlineData("""{"input":"a","normalize":false}""", "unsupported_parameter", "normalize")]
    [InlineData("""{"input":"a","stream":true}""", "unsupported_parameter", "stream")]
    public async Task BadRequest_NamesTheField(string json, string code, string param) =>
        (await _server.SendAsync(HttpMethod.Post, Path, json)).AssertError(400, code, param);

    [Fact]
    public async Task TooLongInput_IsNamed() =>
        (await _server.SendAsync(HttpMethod.Post, Path, Body("", "a", new string('b', 600)).ToJsonString())).AssertError(400, "context_length_exceeded", "input[1]");

    [Fact]
    public async Task UnknownModel_Is404() =>
        (await _server.SendAsync(HttpMethod.Post, Path, """{"input":"a","model":"nope"}""")).AssertError(404, "model_not_found", "model");

    private static JsonObject Body(string members, params string[] texts)
    {
        var body = JsonNode.Parse($"{{{members}}}")!.AsObject();
        body["input"] = texts.Length == 1 ? texts[0] : new JsonArray([.. texts.Select(text => (JsonNode)text)]);
        return body;
    }

    private static List<float[]> Floats(JsonElement answer) =>
        [.. answer.GetProperty("data").EnumerateArray().Select(entry => entry.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];

    private static string Bits(byte[] bytes) =>
        string.Join(' ', Enumerable.Range(0, bytes.Length / 4).Select(index => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(index * 4))));

    /// <summary>Of doubles that a client has made of floats; the test's own floats are exact.</summary>
    private static IEnumerable<string> Bits(JsonElement vectors) => vectors.EnumerateArray().Select(vector =>
        string.Join(' ', vector.EnumerateArray().Select(value => BitConverter.SingleToInt32Bits((float)value.GetDouble()))));

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    private async Task<EmbeddingClient> ClientAsync()
    {
        var model = (await _server.GetAsync("v1/models")).Json.GetProperty("data")[0].GetProperty("id").GetString();
        return new EmbeddingClient(model, new ApiKeyCredential("unused"), new OpenAIClientOptions { Endpoint = _server.ApiUri() });
    }

    private Task<JsonElement> EmbedAsync(string members, params string[] texts) => PostAsync(Body(members, texts).ToJsonString());

    private async Task<JsonElement> PostAsync(string json)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, Path, json);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }
}
