using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rill.Chat.Format;
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
        AssertRefusedAsync(new() { ["Rill__MaxChoices"] = "0" }, "MaxChoices");

    [Fact]
    public Task Start_WithASettingOfTheWrongType_NamesIt() =>
        AssertRefusedAsync(new() { ["Rill__HeartbeatSeconds"] = "soon" }, "Rill:HeartbeatSeconds");

    [Fact]
    public Task Start_WithAnEngineSettingOutOfRange_NamesIt() =>
        AssertRefusedAsync(new() { ["Rill__Engine__TokenBudget"] = "0" }, "TokenBudget");

    [Fact]
    public Task Start_WithAMessageFormatThatHasNoName_NamesThoseThereAre() =>
        AssertRefusedAsync(new() { ["Rill__MessageFormat"] = "klingon" }, $"Rill:MessageFormat must be one of {string.Join(", ", FormatFinder.Choices)}.");

    [Fact]
    public async Task Start_WithoutKeysOutsideDevelopment_SaysHowToSetOne() =>
        AssertRefusal(await StartAsync(new()), "Rill__ApiKeys__0");

    [Theory]
    [InlineData("Rill__ApiKeys__0", "the setting Rill__ApiKeys__0 is empty; give it a key, or take it away.")]
    [InlineData("Rill__ApiKey", "the setting Rill__ApiKey is not known; did you mean Rill__ApiKeys__0?")]
    public Task Start_WithAKeyThatGotLost_LeavesNoServerOpen(string name, string expected) => AssertRefusedAsync(new() { [name] = "" }, expected);

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

    [Theory]
    [InlineData("Rill__ApiKey", "Rill__ApiKeys__0")]
    [InlineData("Rill__ApiKeys", "Rill__ApiKeys__0")]
    [InlineData("Rill__DrainSecond", "Rill__DrainSeconds")]
    public Task Start_WithASettingThatNobodyReads_NamesTheOneThatIsMeant(string name, string meant) =>
        AssertRefusedAsync(new() { [name] = "secret" }, $"the setting {name} is not known; did you mean {meant}?");

    [Theory]
    [InlineData("ulimit -n 200", "may open 200 files")]
    [InlineData("ulimit -v 6000000", "of addresses")]
    public async Task Start_InPoorSurroundings_NamesTheLimit(string limit, string expected) =>
        AssertRefusal(await StartAsync(new() { ["Rill__AllowAnonymous"] = "true" }, $"{limit}; exec \"$@\""), expected);

    [Fact]
    public async Task Start_WithoutLibtorch_NamesItAndWhereItWasLookedFor()
    {
        foreach (var file in Directory.EnumerateFiles(BuiltPrograms.FunctionApp, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder.FullName, Path.GetRelativePath(BuiltPrograms.FunctionApp, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        ForgetPackages(Path.Combine(_folder.FullName, "Rill.Torch.dll"));

        await AssertLoadFailsAsync(
            "Rill cannot start: libc10.so was not found in " + _folder.FullName, "publish the app anew", _folder.FullName, ("Rill__Model", DefaultModel()));
    }

    [Fact]
    public async Task Model_WhoseWeightsAreNotNumbers_IsRefusedByItsFile()
    {
        CopyDefaultModel();
        var weights = Path.Combine(_folder.FullName, "model.safetensors");
        using (var file = File.OpenWrite(weights))
        {
            file.Seek(-(file.Length / 2), SeekOrigin.End);
            file.Write([.. Enumerable.Repeat((byte)0xFF, 100_000)]);
        }

        await AssertLoadFailsAsync($"Rill cannot start: {weights}: ", "holds values that are not finite numbers", BuiltPrograms.FunctionApp, ("Rill__Model", _folder.FullName));
    }

    [Theory]
    [InlineData("0.2")]
    [InlineData("0.6")]
    [InlineData("1.2")]
    [InlineData("3")]
    public async Task Terminate_EarlyInTheStart_IsAnOrderlyEnd(string seconds)
    {
        using var host = new TcpListener(IPAddress.Loopback, 0);
        host.Start();    // it takes connections, and never answers

        var (exitCode, said) = await StartAsync(
            new() { ["Rill__AllowAnonymous"] = "true" },
            $"\"$@\" & sleep {seconds}; kill -TERM $!; wait $!",
            ((IPEndPoint)host.LocalEndpoint).Port);

        const int byTheSignal = 143;    // before the first line of the program
        Assert.Contains(exitCode, (int[])[0, byTheSignal]);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    /// <summary>The model's load fails after the host has been answered: one sentence, one worker, and no stack trace.</summary>
    private static async Task AssertLoadFailsAsync(string begin, string rest, string app, params (string Name, string Value)[] settings)
    {
        await using var host = new HostProcess(app, settings.ToDictionary(setting => setting.Name, setting => setting.Value));

        Assert.Equal(1, await host.WaitForExitAsync(ProcessBounds.Patience));

        var sentence = Assert.Single(host.Output, line => line.StartsWith("Rill cannot start: ", StringComparison.Ordinal));
        Assert.StartsWith(begin, sentence, StringComparison.Ordinal);
        Assert.Contains(rest, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Text, StringComparison.Ordinal);
    }

    /// <summary>Changes where a library looks for packages, as on a machine where it was not built.</summary>
    private static void ForgetPackages(string library)
    {
        var bytes = File.ReadAllBytes(library);
        var packages = "/.nuget/"u8;
        for (var at = bytes.AsSpan().IndexOf(packages); at >= 0; at = bytes.AsSpan().IndexOf(packages))
        {
            bytes[at + 1] = (byte)'_';
        }

        File.WriteAllBytes(library, bytes);
    }

    /// <summary>What is refused before a host is looked for: the worker is started alone.</summary>
    private static async Task AssertRefusedAsync(Dictionary<string, string> settings, string expected) =>
        AssertRefusal(await StartAsync(settings, environment: "Development"), expected);

    private static void AssertRefusal((int ExitCode, string Said) result, string expected)
    {
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Rill cannot start: ", result.Said, StringComparison.Ordinal);
        Assert.Contains(expected, result.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Said, StringComparison.Ordinal);
    }

    /// <summary>Starts the worker as a host would.</summary>
    /// <param name="settings">Its environment.</param>
    /// <param name="script">A bash script whose parameters are the worker's command.</param>
    /// <param name="port">Where its host would listen.</param>
    /// <param name="environment">As in Azure; LocalHost, like func, always says Development.</param>
    private static async Task<(int ExitCode, string Said)> StartAsync(
        Dictionary<string, string> settings, string script = "exec \"$@\"", int port = 9, string environment = "Production")
    {
        var start = new ProcessStartInfo("bash")
        {
            ArgumentList =
            {
                "-c", script, "bash", "dotnet", Path.Combine(BuiltPrograms.FunctionApp, "Rill.FunctionApp.dll"),
                "--functions-uri", $"http://127.0.0.1:{port}/", "--functions-worker-id", "w", "--functions-request-id", "r",
                "--functions-grpc-max-message-length", "2147483647",
            },
            WorkingDirectory = BuiltPrograms.FunctionApp,
        };
        start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"] = environment;
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
