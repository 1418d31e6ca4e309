using System.Diagnostics;
using System.Reflection;
using Rill.ModelStore.Tests.Harness;

namespace Rill.ModelStore.Tests;

/// <summary><c>rill models</c> as a process, against Azurite.</summary>
[Collection(AzuriteTests.Name)]
public sealed class CommandTests(Azurite azurite) : IDisposable
{
    private static readonly string _program = typeof(CommandTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Rill").Value!;

    private readonly ModelFolder _model = new();
    private readonly DirectoryInfo _target = ModelFolder.Empty();

    public void Dispose()
    {
        _model.Dispose();
        _target.Delete(recursive: true);
    }

    [SkippableFact]
    public async Task PushListPullVerify_ThroughPipes()
    {
        var container = $"blob://c{Guid.NewGuid():N}";

        var pushed = await RunAsync("push", _model.Path, container + "/a/tiny");
        var listed = await RunAsync("list", container);
        var pulled = await RunAsync("pull", container + "/a/tiny", _target.FullName);
        var whole = await RunAsync("verify", _target.FullName);
        File.AppendAllText(Path.Combine(_target.FullName, "config.json"), "x");
        var damaged = await RunAsync("verify", _target.FullName);
        var remote = await RunAsync("verify", container + "/a/tiny");

        Assert.Equal([0, 0, 0, 0, 1, 0], [pushed.ExitCode, listed.ExitCode, pulled.ExitCode, whole.ExitCode, damaged.ExitCode, remote.ExitCode]);
        Assert.Contains("Pushed 3 files", pushed.Output, StringComparison.Ordinal);
        Assert.StartsWith($"tiny\t3.0 MiB\t{container}/a/tiny", listed.Output, StringComparison.Ordinal);
        Assert.Contains("config.json: missing or damaged", damaged.Output, StringComparison.Ordinal);
    }

    private Task<ProcessResult> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [_program, "models", .. arguments]);
        start.Environment["Rill__Store__BlobConnection"] = azurite.Connect();
        return ProcessBounds.RunAsync(start, TimeSpan.FromMinutes(2));
    }
}
