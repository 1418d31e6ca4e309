using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Azure OpenAI's addresses and keys (contract A.7), with Azure's own clients.</summary>
public sealed class AzureTests(AzureServer profile) : IClassFixture<AzureServer>
{
    private const string Model = "tests/scripted";

    private readonly RillServer _server = profile.Server;

    [Theory]
    [InlineData("openai/deployments/tests%2Fscripted/chat/completions?api-version=2024-10-21")]
    [InlineData("openai/deployments/tests/scripted/chat/completions?api-version=2025-04-01-preview")]
    [InlineData("openai/v1/chat/completions")]
    public async Task Chat_AtAzuresAddresses_IsAnswered(string path) =>
        Assert.Equal("hi", ChatJson.Text((await PostAsync(path, ChatJson.Of("!text hi", $"\"model\":\"{Model}\""))).AssertCompletion()));

    [Theory]
    [InlineData("openai/deployments/tests%2Fscripted/completions?api-version=2024-10-21")]
    [InlineData("openai/v1/completions")]
    public async Task Completion_AtAzuresAddresses_IsAnswered(string path) =>
        Assert.Equal("hi", (await PostAsync(path, """{"prompt":"!text hi"}""")).Json.GetProperty("choices")[0].GetProperty("text").GetString());

    [Theory]
    [InlineData("openai/deployments/tests%2Fscripted/embeddings?api-version=2024-10-21")]
    [InlineData("openai/v1/embeddings")]
    public async Task Embeddings_AtAzuresAddresses_AreAnswered(string path) =>
        Assert.Equal(2, (await PostAsync(path, """{"input":["a","b"]}""")).Json.GetProperty("data").GetArrayLength());

    [Theory]
    [InlineData("openai/v1/models")]
    [InlineData("openai/v1/models/tests%2Fscripted")]
    [InlineData("openai/models?api-version=2024-10-21")]
    [InlineData("openai/models/tests%2Fscripted?api-version=2024-10-21")]
    public async Task Models_AtAzuresAddresses_AreListed(string path) =>
        Assert.Contains(Model, (await _server.SendAsync(HttpMethod.Get, path, null, ("api-key", AzureServer.Key))).Body, StringComparison.Ordinal);

    [Theory]
    [InlineData("POST", "openai/deployments/gpt-4o/chat/completions", 404, "DeploymentNotFound", "model")]
    [InlineData("POST", "openai/deployments/chat/completions", 404, "unknown_url", null)]
    [InlineData("POST", "openai/v1/unknown", 404, "unknown_url", null)]
    [InlineData("GET", "openai/v1", 404, "unknown_url", null)]
    [InlineData("GET", "openai/v1/completions", 405, "method_not_allowed", null)]
    [InlineData("GET", "openai/v1/models/nope", 404, "model_not_found", "model")]
    public async Task Request_ToWhatIsNotThere_IsAnErrorObject(string method, string path, int status, string code, string? param) =>
        (await _server.SendAsync(new HttpMethod(method), path, null, ("api-key", AzureServer.Key))).AssertError(status, code, param);

    [Theory]
    [InlineData("Authorization", "Bearer " + AzureServer.Key, 200)]
    [InlineData("api-key", AzureServer.Key, 200)]
    [InlineData("x-api-key", AzureServer.Key, 200)]
    [InlineData("api-key", "wrong", 401)]
    [InlineData("x-other", AzureServer.Key, 401)]
    public async Task Key_UnderEachName_OpensEveryDoor(string name, string value, int status)
    {
        Assert.Equal(status, (await _server.SendAsync(HttpMethod.Get, "v1/models", null, (name, value))).Status);
        Assert.Equal(status, (await _server.SendAsync(HttpMethod.Get, "openai/v1/models", null, (name, value))).Status);
    }

    [Fact]
    public async Task AzureDotNetClient_StreamsAndReadsUsage()
    {
        var run = await RunDotNetClientAsync(Model, "!text Grüße 🌊\n!delay ms=2");

        Assert.Equal(("Grüße 🌊", "Stop", "Grüße 🌊"), (run.GetProperty("text").GetString(), run.GetProperty("reason").GetString(), run.GetProperty("whole").GetString()));
        Assert.Equal(13, run.GetProperty("output_tokens").GetInt32());
        Assert.Equal(8, run.GetProperty("vector").GetArrayLength());
    }

    [Fact]
    public async Task AzureDotNetClient_WithAnUnknownDeployment_ThrowsWithItsName()
    {
        var run = await RunDotNetClientAsync("gpt-4o", "hi");

        Assert.Equal(404, run.GetProperty("status").GetInt32());
        Assert.Contains("gpt-4o", run.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AzureNpmClient_StreamsCompletesAndFails()
    {
        var runs = await NodeClient.RunAsync(
            _server, "azure.mjs", ChatJson.Of("!text Grüße 🌊", $"\"model\":\"{Model}\""), AzureServer.Key, """{"prompt":"!text hi"}""");

        Assert.Equal("Grüße 🌊", runs[0].GetProperty("text").GetString());
        Assert.Equal("hi", runs[0].GetProperty("completion").GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal(("NotFoundError", "DeploymentNotFound"), (runs[1].GetProperty("error").GetString(), runs[1].GetProperty("code").GetString()));
    }

    [SkippableFact]
    public async Task AzureNpmClient_Embeds()
    {
        var runs = await NodeClient.RunAsync(_server, "embeddings.mjs", $$"""{"model":"{{Model}}","input":["a","b"]}""", AzureServer.Key);

        Assert.Equal(runs[0].GetProperty("decoded").GetRawText(), runs[1].GetProperty("floats").GetRawText());
    }

    private async Task<JsonElement> RunDotNetClientAsync(string deployment, string prompt)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.AzureClient, _server.BaseUri.ToString(), AzureServer.Key, deployment, prompt]);
        var (exitCode, output, errors) = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);
        Assert.True(exitCode == 0, output + errors);
        return JsonElement.Parse(output);
    }

    private Task<ServerAnswer> PostAsync(string path, string json) =>
        _server.SendAsync(HttpMethod.Post, path, json, ("api-key", AzureServer.Key));
}

/// <summary>A server with a key, under a model id that has a slash.</summary>
public sealed class AzureServer() : ServerProfile(BuiltPrograms.ScriptedApp, ("Rill__ModelId", "tests/scripted"), ("Rill__ApiKeys__0", Key), ("Rill__Embeddings", "mean"))
{
    public const string Key = "key-of-azures-tests";
}
