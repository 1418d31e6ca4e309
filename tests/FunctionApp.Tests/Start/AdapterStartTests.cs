using Rill.Core.Tests.Models;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;
using Rill.ModelStore.Tests.Harness;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>Real adapters of a real model, from the setting to the answer.</summary>
public sealed class AdapterStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-adapters-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_WithAdaptersOfADirectoryAndAHub_ServesThemAlike()
    {
        WriteModel();
        WriteAdapter();
        await using var hub = await HubServer.Over(At("adapter")).RunAsync();
        await using var server = await RillServer.StartAsync(new()
        {
            ["Rill__Model"] = At("model"),
            ["Rill__Store__HubEndpoint"] = hub.Endpoint.ToString(),
            ["Rill__Adapters__local"] = At("adapter"),
            ["Rill__Adapters__remote"] = HubServer.Address,
            ["Rill__Adapters__AllowLoading"] = "true",
        });

        var (plain, local, remote) = (await AskAsync("model"), await AskAsync("local"), await AskAsync("remote"));
        Assert.NotEqual(plain.Choices, local.Choices);
        Assert.Equal(local, remote);
        Assert.NotEqual(plain.Fingerprint, local.Fingerprint);

        // Again by a request, and gone again.
        var loaded = await server.SendAsync(HttpMethod.Post, "v1/load_lora_adapter", $$"""{"lora_name":"late","lora_path":"{{At("adapter")}}"}""");
        Assert.Equal(200, loaded.Status);
        Assert.Equal(local, await AskAsync("late"));
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Post, "v1/unload_lora_adapter", """{"lora_name":"late"}""")).Status);
        (await server.PostAsync(Body("late"))).AssertError(404, "model_not_found", "model");
        Assert.Equal(plain, await AskAsync("model"));

        async Task<(string Choices, string Fingerprint)> AskAsync(string model)
        {
            var answer = (await server.PostAsync(Body(model))).AssertCompletion();
            return (answer.GetProperty("choices").GetRawText(), answer.GetProperty("system_fingerprint").GetString()!);
        }
    }

    [Theory]
    [InlineData("adapter", """{"peft_type":"LORA","r":2,"use_dora":true}""", "Rill cannot start: the adapter 'pirate' cannot be loaded: adapter_config.json: use_dora is true")]
    [InlineData("adapter", """{"peft_type":"LORA","r":3}""", "ask for [3, 64]")]
    [InlineData("nowhere", "{}", "nowhere' does not exist")]
    public async Task Start_WithAnAdapterThatCannotBeServed_SaysWhichAndWhy(string place, string config, string expected)
    {
        WriteModel();
        WriteAdapter(config);
        await using var host = new HostProcess(
            BuiltPrograms.FunctionApp, new Dictionary<string, string> { ["Rill__Model"] = At("model"), ["Rill__Adapters__pirate"] = At(place) });

        Assert.Equal(1, await host.WaitForExitAsync(ProcessBounds.Patience));

        Assert.Contains(expected, Assert.Single(host.Output, line => line.StartsWith("Rill cannot start: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAFolderToLoadFromThatIsNone_NamesTheSetting()
    {
        await using var host = new HostProcess(BuiltPrograms.FunctionApp, new Dictionary<string, string> { ["Rill__Adapters__AllowLoading"] = "/no/such/folder" });

        Assert.NotEqual(0, await host.WaitForExitAsync(ProcessBounds.Patience));

        Assert.Contains("Rill__Adapters__AllowLoading must be true, false or a folder", host.Text, StringComparison.Ordinal);
    }

    private static string Body(string model) => ChatJson.Of("Hi", $"\"model\":\"{model}\",\"max_tokens\":6,\"temperature\":0,\"logprobs\":true");

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void WriteModel() => TinyModel.Write(At("model"));

    private void WriteAdapter(string config = """{"peft_type":"LORA","r":2,"lora_alpha":4}""")
    {
        const string query = "base_model.model.model.layers.0.self_attn.q_proj";
        const string head = "base_model.model.lm_head";
        Directory.CreateDirectory(At("adapter"));
        File.WriteAllText(Path.Combine(At("adapter"), "adapter_config.json"), config);
        SafetensorsWriter.Write(
            Path.Combine(At("adapter"), "adapter_model.safetensors"),
            Matrix($"{query}.lora_A.weight", 2, TinyModel.Hidden), Matrix($"{query}.lora_B.weight", TinyModel.Hidden, 2),
            Matrix($"{head}.lora_A.weight", 2, TinyModel.Hidden), Matrix($"{head}.lora_B.weight", 257, 2));
    }

    private static SafetensorsWriter.Entry Matrix(string name, int rows, int columns) => SafetensorsWriter.Float32(
        name, [rows, columns], [.. Enumerable.Range(0, rows * columns).Select(i => MathF.Sin(i * 0.7f))]);
}
