using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Embeddings by the libraries that people build upon, unmodified (docs/clients.md): all get the vector that the endpoint gives.</summary>
[Collection(nameof(TinyModelServer))]
public sealed class FrameworkEmbeddingTests(TinyModelServer profile)
{
    private const string Text = "Rivers flow to the sea.";

    private readonly RillServer _server = profile.Server;

    [SkippableFact]
    public async Task AiSdk_Embeds() => await AssertVectorAsync(await Frameworks.NodeAsync("ai-sdk.mjs", Api, "chat", "embedding", await ModelAsync(), Text));

    [SkippableFact]
    public async Task LangChain_Embeds() => await AssertVectorAsync(await Frameworks.NodeAsync("langchain.mjs", Api, "embedding", await ModelAsync(), Text));

    [Fact]
    public async Task ExtensionsAI_Embeds() => await AssertVectorAsync(await Frameworks.DotNetAsync(Api, await ModelAsync(), "embedding", Text));

    private string Api => _server.ApiUri().ToString();

    private async Task<string> ModelAsync() => (await _server.GetAsync("v1/models")).Json.GetProperty("data")[0].GetProperty("id").GetString()!;

    private async Task AssertVectorAsync(JsonElement seen)
    {
        var answer = await _server.SendAsync(HttpMethod.Post, "v1/embeddings", JsonSerializer.Serialize(new { input = Text }));

        Assert.Equal(
            Numbers(answer.Json.GetProperty("data")[0].GetProperty("embedding")), Numbers(seen.GetProperty("vector")));
    }

    private static List<float> Numbers(JsonElement vector) => [.. vector.EnumerateArray().Select(number => number.GetSingle())];
}
