using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance;

/// <summary>Adapters as models of their own, named by settings and by requests (contract A.9). A scripted adapter answers its own text.</summary>
public sealed class AdapterTests(AdapterServer profile) : IClassFixture<AdapterServer>
{
    private const string LoadPath = "v1/load_lora_adapter";
    private const string UnloadPath = "v1/unload_lora_adapter";

    private readonly RillServer _server = profile.Server;

    [Fact]
    public async Task Models_WithAdapters_ListsThemWithTheirParent()
    {
        var list = (await _server.GetAsync("v1/models")).Json.GetProperty("data").EnumerateArray().ToDictionary(card => card.GetProperty("id").GetString()!);

        Assert.False(list["base"].TryGetProperty("parent", out _));
        Assert.Equal("base", list["pirate"].GetProperty("parent").GetString());
        Assert.Equal(list["base"].GetProperty("max_model_len").GetInt32(), list["pirate"].GetProperty("max_model_len").GetInt32());
        Assert.Equal("base", (await _server.GetAsync("v1/models/pirate")).Json.GetProperty("parent").GetString());
    }

    [Theory]
    [InlineData("pirate", "Arr.")]
    [InlineData("poet", "Rose is a rose.")]
    [InlineData("base", AdapterServer.BaseText)]
    public async Task Chat_OfAModelsName_IsAnsweredByIt(string model, string text)
    {
        var answer = (await _server.PostAsync(ChatJson.Of("Hello", $"\"model\":\"{model}\""))).AssertCompletion();

        Assert.Equal((model, text), (answer.GetProperty("model").GetString(), ChatJson.Text(answer)));
    }

    [Fact]
    public async Task Chat_OfNoName_IsAnsweredByTheBase() =>
        Assert.Equal(AdapterServer.BaseText, ChatJson.Text((await _server.PostAsync(ChatJson.Of("Hello"))).AssertCompletion()));

    /// <summary>Equal seeds give equal texts under one fingerprint only.</summary>
    [Fact]
    public async Task Fingerprints_OfAdapters_AreTheirOwn()
    {
        var prints = new HashSet<string>();
        foreach (var model in (string[])["base", "pirate", "poet"])
        {
            prints.Add((await _server.PostAsync(ChatJson.Of("Hello", $"\"model\":\"{model}\""))).Json.GetProperty("system_fingerprint").GetString()!);
        }

        Assert.Equal(3, prints.Count);
    }

    public static TheoryData<string, string> Endpoints => new()
    {
        { "v1/completions", """{"model":"pirate","prompt":"Hello"}""" },
        { "v1/responses", """{"model":"pirate","input":"Hello"}""" },
        { "v1/messages", """{"model":"pirate","max_tokens":99,"messages":[{"role":"user","content":"Hello"}]}""" },
        { "openai/v1/chat/completions", """{"model":"pirate","messages":[{"role":"user","content":"Hello"}]}""" },
        { "openai/deployments/pirate/chat/completions", """{"messages":[{"role":"user","content":"Hello"}]}""" },
        { "openai/deployments/pirate/chat/completions", """{"model":"base","messages":[{"role":"user","content":"Hello"}]}""" },
        { "openai/deployments/pirate/completions", """{"prompt":"Hello"}""" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task EveryEndpoint_OfAnAdaptersName_IsAnsweredByIt(string path, string body)
    {
        var answer = await PostAsync(path, body);

        Assert.Equal(200, answer.Status);
        Assert.Equal("pirate", answer.Json.GetProperty("model").GetString());
        Assert.Contains("Arr.", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/embeddings")]
    [InlineData("openai/deployments/pirate/embeddings")]
    public async Task Embeddings_OfAnAdaptersName_NameIt(string path) =>
        Assert.Equal("pirate", (await PostAsync(path, """{"model":"pirate","input":"Hello"}""")).Json.GetProperty("model").GetString());

    [Fact]
    public async Task Stream_OfAnAdaptersName_NamesItInEveryChunk()
    {
        var transcript = await _server.StreamAsync(ChatJson.Streaming("Hello", "\"model\":\"pirate\""));

        Assert.Equal("Arr.", transcript.Text());
        Assert.All(transcript.Chunks, chunk => Assert.Equal("pirate", chunk.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task Chat_OfAnUnknownName_IsRefused() =>
        (await _server.PostAsync(ChatJson.Of("Hello", "\"model\":\"parrot\""))).AssertError(404, "model_not_found", "model");

    [Fact]
    public async Task Load_OfAnAdapter_ServesItUntilItIsUnloaded()
    {
        profile.Write("late", "Better late.");

        var loaded = await PostAsync(LoadPath, """{"lora_name":"latecomer","lora_path":"late"}""");
        Assert.Equal((200, "Success: LoRA adapter 'latecomer' added successfully."), (loaded.Status, loaded.Body));
        Assert.Equal("Better late.", await AskAsync("latecomer"));
        (await PostAsync(LoadPath, """{"lora_name":"latecomer","lora_path":"late"}""")).AssertError(400, "invalid_value", "lora_name");

        var unloaded = await PostAsync(UnloadPath, """{"lora_name":"latecomer"}""");
        Assert.Equal((200, "Success: LoRA adapter 'latecomer' removed successfully."), (unloaded.Status, unloaded.Body));
        (await _server.PostAsync(ChatJson.Of("Hello", "\"model\":\"latecomer\""))).AssertError(404, "model_not_found", "model");
        (await PostAsync(UnloadPath, """{"lora_name":"latecomer"}""")).AssertError(404, "adapter_not_found", "lora_name");
    }

    /// <summary>The same name, the same prompt, another adapter: nothing that was kept of the first may serve the second.</summary>
    [Fact]
    public async Task Load_OfAnotherAdapterUnderAnOldName_SharesNoCachedPrompt()
    {
        profile.Write("first", "One.");
        profile.Write("second", "Two.");
        var prompt = new string('a', 400);

        await PostAsync(LoadPath, """{"lora_name":"reused","lora_path":"first"}""");
        Assert.Equal(0, await CachedAsync(prompt));
        Assert.InRange(await CachedAsync(prompt), 300, 400);
        await PostAsync(UnloadPath, """{"lora_name":"reused"}""");
        await PostAsync(LoadPath, """{"lora_name":"reused","lora_path":"second"}""");

        Assert.Equal(0, await CachedAsync(prompt));
        await PostAsync(UnloadPath, """{"lora_name":"reused"}""");

        async Task<int> CachedAsync(string text) => (await _server.PostAsync(ChatJson.Of(text, "\"model\":\"reused\""))).AssertCompletion()
            .GetProperty("usage").GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32();
    }

    [Fact]
    public async Task Unload_WhileASequenceRuns_LetsItEnd()
    {
        profile.Write("slow", "All of this text is told.");
        await PostAsync(LoadPath, """{"lora_name":"slow","lora_path":"slow"}""");
        await using var stream = await SseStream.OpenAsync(_server, ChatJson.Streaming("Hello\n!delay ms=40", "\"model\":\"slow\""));

        Assert.Equal(200, (await PostAsync(UnloadPath, """{"lora_name":"slow"}""")).Status);
        var transcript = await stream.ReadToEndAsync();

        Assert.True(transcript.IsDone);
        Assert.Equal("All of this text is told.", transcript.Text());
    }

    [Theory]
    [InlineData("""{"lora_path":"late"}""", 400, "missing_required_parameter", "lora_name")]
    [InlineData("""{"lora_name":"x"}""", 400, "missing_required_parameter", "lora_path")]
    [InlineData("""{"lora_name":"a\nb","lora_path":"late"}""", 400, "invalid_value", "lora_name")]
    [InlineData("""{"lora_name":"base","lora_path":"pirate"}""", 400, "invalid_value", "lora_name")]
    [InlineData("""{"lora_name":"x","lora_path":"nowhere"}""", 404, "adapter_not_found", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"../outside"}""", 404, "adapter_not_found", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"/etc"}""", 404, "adapter_not_found", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"linked"}""", 404, "adapter_not_found", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"hf://org/name"}""", 404, "adapter_not_found", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"broken"}""", 400, "invalid_value", "lora_path")]
    [InlineData("""{"lora_name":"x","lora_path":"pirate","load_inplace":true}""", 400, "unsupported_parameter", "load_inplace")]
    public async Task Load_OfWhatCannotBeLoaded_IsAnErrorObject(string body, int status, string code, string param)
    {
        (await PostAsync(LoadPath, body)).AssertError(status, code, param);

        Assert.DoesNotContain("\"x\"", (await _server.GetAsync("v1/models")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unload_OfTheBase_IsRefused() =>
        (await PostAsync(UnloadPath, """{"lora_name":"base"}""")).AssertError(404, "adapter_not_found", "lora_name");

    private async Task<string> AskAsync(string model) => ChatJson.Text((await _server.PostAsync(ChatJson.Of("Hello", $"\"model\":\"{model}\""))).AssertCompletion());

    private Task<ServerAnswer> PostAsync(string path, string body) => _server.SendAsync(HttpMethod.Post, path, body);
}

/// <summary>Without the setting nothing is loaded on request.</summary>
[Collection(nameof(ScriptedServer))]
public sealed class AdapterLoadingOffTests(ScriptedServer profile)
{
    [Theory]
    [InlineData("v1/load_lora_adapter", """{"lora_name":"x","lora_path":"/tmp"}""")]
    [InlineData("v1/unload_lora_adapter", """{"lora_name":"x"}""")]
    public async Task Request_WhereLoadingIsOff_IsForbidden(string path, string body) =>
        (await profile.Server.SendAsync(HttpMethod.Post, path, body)).AssertError(403, "adapter_loading_disabled", null);
}

/// <summary>A scripted model with two adapters, and a folder from which requests may load others.</summary>
public sealed class AdapterServer : ServerProfile
{
    public const string BaseText = "I am the base.";

    private readonly string _folder;

    public AdapterServer()
        : this(Directory.CreateTempSubdirectory("rill-adapters-").FullName)
    {
    }

    private AdapterServer(string folder)
        : base(
            BuiltPrograms.ScriptedApp,
            ("Rill__ModelId", "base"),
            ("Rill__Embeddings", "mean"),
            ("Scripted__Text", BaseText),
            ("Rill__Adapters__pirate", Path.Combine(folder, "shelf", "pirate")),
            ("Rill__Adapters__poet", Path.Combine(folder, "shelf", "poet")),
            ("Rill__Adapters__AllowLoading", Path.Combine(folder, "shelf"))) => _folder = folder;

    public override Task InitializeAsync()
    {
        Write("pirate", "Arr.");
        Write("poet", "Rose is a rose.");
        Write("../outside", "Never.");
        Directory.CreateDirectory(Path.Combine(_folder, "shelf", "broken"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "shelf", "linked"), Path.Combine(_folder, "outside"));
        return base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Writes a scripted adapter.</summary>
    public void Write(string name, string text)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_folder, "shelf", name));
        File.WriteAllText(Path.Combine(directory.FullName, "adapter_config.json"), JsonSerializer.Serialize(new { peft_type = "LORA", text }));
    }
}
