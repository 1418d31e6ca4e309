using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Rill.Hosting.Tests;

/// <summary>What is published of an app host that has Rill in it: what processes and containers are given, with nothing filled in.</summary>
public sealed class ManifestTests(RillFolderFixture rill) : IClassFixture<RillFolderFixture>
{
    [Fact]
    public async Task Process_IsGivenPortModelKeyAndSettings()
    {
        var manifest = await PublishAsync(builder => builder.AddRill("llm", rill.Folder)
            .WithModel("hf://Qwen/Qwen3-0.6B").WithAdapter("pirate", "hf://me/pirate")
            .WithDtype("q8").WithDevice("cuda:1").WithSetting("Engine__MaxSequences", "8"));

        var llm = manifest.GetProperty("llm");
        Assert.Equal(["--port", "{llm.bindings.http.targetPort}"], llm.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()));
        Assert.Equal(
            "Endpoint={llm.bindings.http.url}/v1;Key={llm-rill-key.value};Model=Qwen3-0.6B", llm.GetProperty("connectionString").GetString());
        AssertSettings(llm, new()
        {
            ["Rill__Model"] = "hf://Qwen/Qwen3-0.6B",
            ["Rill__ModelId"] = "Qwen3-0.6B",
            ["Rill__ApiKeys__0"] = "{llm-rill-key.value}",
            ["Rill__Dtype"] = "q8",
            ["Rill__Device"] = "cuda:1",
            ["Rill__Engine__MaxSequences"] = "8",
            ["Rill__Adapters__pirate"] = "hf://me/pirate",
        });
    }

    [Fact]
    public async Task Container_SeesALocalModelThroughAMount()
    {
        var model = Path.Combine(BuiltPrograms.Root, "models", "rill-mini");

        var manifest = await PublishAsync(builder => builder.AddRillContainer("llm", "ghcr.io/me/rill", "1.0.0-cpu").WithModel(model, id: "mini"));

        var llm = manifest.GetProperty("llm");
        Assert.Equal("ghcr.io/me/rill:1.0.0-cpu", llm.GetProperty("image").GetString());
        Assert.Equal(8080, llm.GetProperty("bindings").GetProperty("http").GetProperty("targetPort").GetInt32());
        var mount = Assert.Single(llm.GetProperty("bindMounts").EnumerateArray());
        Assert.Equal(("/models/rill-mini", true), (mount.GetProperty("target").GetString(), mount.GetProperty("readOnly").GetBoolean()));
        AssertSettings(llm, new()
        {
            ["Rill__Model"] = "/models/rill-mini",
            ["Rill__ModelId"] = "mini",
            ["Rill__ApiKeys__0"] = "{llm-rill-key.value}",
        });
    }

    [Fact]
    public async Task Key_OfTheAppHost_TakesThePlaceOfTheOneThatIsMade()
    {
        var manifest = await PublishAsync(builder => builder.AddRill("llm", rill.Folder).WithApiKey(builder.AddParameter("mine", secret: true)));

        Assert.Equal("{mine.value}", manifest.GetProperty("llm").GetProperty("env").GetProperty("Rill__ApiKeys__0").GetString());
        Assert.False(manifest.TryGetProperty("llm-rill-key", out _));
    }

    /// <summary>Services in other languages read the parts from variables.</summary>
    [Fact]
    public async Task Reference_GivesAServiceConnectionStringAndParts()
    {
        var manifest = await PublishAsync(builder => builder.AddContainer("service", "image").WithReference(builder.AddRill("llm", rill.Folder)));

        var variables = manifest.GetProperty("service").GetProperty("env");
        Assert.Equal("{llm.connectionString}", variables.GetProperty("ConnectionStrings__llm").GetString());
        Assert.Equal("{llm.bindings.http.url}/v1", variables.GetProperty("LLM_ENDPOINT").GetString());
        Assert.Equal("{llm-rill-key.value}", variables.GetProperty("LLM_KEY").GetString());
        Assert.Equal("rill-mini", variables.GetProperty("LLM_MODEL").GetString());
    }

    private static void AssertSettings(JsonElement resource, Dictionary<string, string> expected) => Assert.Equal(
        expected.OrderBy(pair => pair.Key, StringComparer.Ordinal),
        resource.GetProperty("env").EnumerateObject().Where(pair => pair.Name.StartsWith("Rill__", StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Name, pair.Value.GetString()!)).OrderBy(pair => pair.Key, StringComparer.Ordinal));

    /// <summary>The resources of the manifest, by name.</summary>
    private static async Task<JsonElement> PublishAsync(Action<IDistributedApplicationBuilder> add)
    {
        var folder = Directory.CreateTempSubdirectory("rill-aspire-");
        try
        {
            var file = Path.Combine(folder.FullName, "manifest.json");
            var builder = DistributedApplication.CreateBuilder(["--operation", "publish", "--publisher", "manifest", "--output-path", file]);
            add(builder);
            await using var app = builder.Build();
            await app.RunAsync().WaitAsync(ProcessBounds.Patience);
            return JsonElement.Parse(await File.ReadAllBytesAsync(file)).GetProperty("resources");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
