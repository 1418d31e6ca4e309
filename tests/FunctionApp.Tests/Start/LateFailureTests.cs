using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>A model that turns out to be broken after the host has begun to serve: the host says so once, ends with 1, and never says Ready.</summary>
public sealed class LateFailureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-late-");

    public LateFailureTests() => TinyModel.Write(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("\"num_hidden_layers\":2", "\"num_hidden_layers\":7", "layers.2")]
    [InlineData("\"intermediate_size\":96", "\"intermediate_size\":104", "gate_proj")]
    [InlineData("\"max_position_embeddings\":512", "\"max_position_embeddings\":1000000", "KV cache")]
    public async Task Start_WithAConfigThatDoesNotFitTheWeightsOrTheMemory_EndsOnceWithItsSentence(string old, string replacement, string expected)
    {
        var config = Path.Combine(_folder.FullName, "config.json");
        var text = await File.ReadAllTextAsync(config);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(config, text.Replace(old, replacement, StringComparison.Ordinal));

        await AssertEndsOnceAsync(expected);
    }

    private async Task AssertEndsOnceAsync(string expected)
    {
        await using var host = new HostProcess(
            BuiltPrograms.FunctionApp, new Dictionary<string, string> { ["Rill__Model"] = _folder.FullName, ["Rill__KvCacheMiB"] = "16" });

        Assert.Equal(1, await host.WaitForExitAsync(ProcessBounds.Patience));

        var sentence = Assert.Single(host.Output, line => line.StartsWith("Rill cannot start: ", StringComparison.Ordinal));
        Assert.Contains(expected, sentence, StringComparison.Ordinal);
        Assert.Single(host.Output, line => line.StartsWith("Worker process ", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Output, line => line.StartsWith("Ready: ", StringComparison.Ordinal) || line.StartsWith("   at ", StringComparison.Ordinal));
    }
}
