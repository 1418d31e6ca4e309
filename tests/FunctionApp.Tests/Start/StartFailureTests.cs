using System.Diagnostics;
using System.Globalization;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Start;

/// <summary>What stops a start: one sentence that says what to do, a non-zero exit, no stack trace.</summary>
public sealed class StartFailureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-start-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task Start_WithAMissingModel_NamesTheDirectory() =>
        AssertRefusedAsync(new() { ["Rill__Model"] = "/no/such/model" }, "'/no/such/model' does not exist");

    [Fact]
    public Task Start_WithADirectoryThatIsNoModel_NamesTheFile() =>
        AssertRefusedAsync(new() { ["Rill__Model"] = _folder.FullName }, "config.json");

    [Fact]
    public Task Start_WithASettingOutOfRange_NamesIt() =>
        AssertRefusedAsync(new() { ["Rill__MaxChoices"] = "0", ["Rill__Model"] = "scripted" }, "MaxChoices");

    [Fact]
    public Task Start_WithASettingOfTheWrongType_NamesIt() =>
        AssertRefusedAsync(new() { ["Rill__HeartbeatSeconds"] = "soon", ["Rill__Model"] = "scripted" }, "Rill:HeartbeatSeconds");

    [Fact]
    public Task Start_WithAnEngineSettingOutOfRange_NamesIt() =>
        AssertRefusedAsync(new() { ["Rill__Engine__TokenBudget"] = "0", ["Rill__Model"] = "scripted" }, "TokenBudget");

    [Fact]
    public async Task Start_WithoutKeysOutsideDevelopment_SaysHowToSetOne() =>
        AssertRefusal(await StartInProductionAsync(new()), "Rill__ApiKeys__0");

    [Fact]
    public async Task Start_WithTheScriptedModelOutsideDevelopment_IsRefused() => AssertRefusal(
        await StartInProductionAsync(new() { ["Rill__Model"] = "scripted", ["Rill__AllowAnonymous"] = "true" }),
        "Development environment only");

    [Fact]
    public Task Start_WithAnUnsupportedTokenizer_NamesTheElement()
    {
        CopyDefaultModel();
        Replace("tokenizer.json", "\"type\": \"BPE\"", "\"type\": \"Unigram\"");
        return AssertRefusedAsync(new() { ["Rill__Model"] = _folder.FullName }, "Unigram");
    }

    [Fact]
    public Task Start_WithAnUnsupportedTemplateConstruct_NamesIt()
    {
        CopyDefaultModel();
        File.AppendAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "{% frobnicate %}");
        return AssertRefusedAsync(new() { ["Rill__Model"] = _folder.FullName }, "frobnicate");
    }

    [Fact]
    public Task Start_WithAnUnsupportedArchitecture_NamesIt()
    {
        CopyDefaultModel();
        Replace("config.json", "Qwen3ForCausalLM", "MambaForCausalLM");
        return AssertRefusedAsync(new() { ["Rill__Model"] = _folder.FullName }, "MambaForCausalLM");
    }

    [Fact]
    public Task Start_WithATruncatedWeightFile_NamesIt()
    {
        CopyDefaultModel();
        using (var weights = File.OpenWrite(Path.Combine(_folder.FullName, "model.safetensors")))
        {
            weights.SetLength(weights.Length / 2);
        }

        return AssertRefusedAsync(new() { ["Rill__Model"] = _folder.FullName }, "model.safetensors");
    }

    private static async Task AssertRefusedAsync(Dictionary<string, string> settings, string expected)
    {
        await using var host = new HostProcess(BuiltPrograms.FunctionApp, settings);

        var exitCode = await host.WaitForExitAsync(ProcessBounds.Patience);
        AssertRefusal((exitCode, host.Text), expected);
    }

    private static void AssertRefusal((int ExitCode, string Said) result, string expected)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Rill cannot start: ", result.Said, StringComparison.Ordinal);
        Assert.Contains(expected, result.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Said, StringComparison.Ordinal);
    }

    /// <summary>Starts the worker as a host would, but as in Azure: LocalHost, like func, always says Development.</summary>
    private static async Task<(int ExitCode, string Said)> StartInProductionAsync(Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(BuiltPrograms.FunctionApp, "Rill.FunctionApp.dll"),
                "--functions-uri", "http://127.0.0.1:9/", "--functions-worker-id", "w", "--functions-request-id", "r",
                "--functions-grpc-max-message-length", "2147483647",
            },
            WorkingDirectory = BuiltPrograms.FunctionApp,
        };
        start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var worker = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);
        return (worker.ExitCode, worker.Error);
    }

    private void CopyDefaultModel()
    {
        foreach (var file in Directory.EnumerateFiles(DefaultModel()))
        {
            File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
        }
    }

    private void Replace(string file, string old, string replacement)
    {
        var path = Path.Combine(_folder.FullName, file);
        var text = File.ReadAllText(path);
        var loose = old.Replace(": ", ":", StringComparison.Ordinal);
        Assert.True(
            text.Contains(old, StringComparison.Ordinal) || text.Contains(loose, StringComparison.Ordinal),
            string.Create(CultureInfo.InvariantCulture, $"{file} has no {old}."));
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal).Replace(loose, replacement, StringComparison.Ordinal));
    }

    private static string DefaultModel()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Functions.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "models", "rill-mini");
    }
}
