namespace Rill.Release.Tests;

/// <summary>
/// scripts/try-image.sh with a stand-in for docker that runs the app under LocalHost in place of a container: what it does when all is well,
/// and that it sees what may be wrong.
/// </summary>
public sealed class TryImageScriptTests : IDisposable
{
    private const string Docker =
        """
        #!/usr/bin/env bash
        cd "$(dirname "$0")"
        echo "$*" >>calls
        case $1 in
          run) { eval "$CONTAINER"; } >log 2>&1 & echo $! >pid; echo the-container ;;
          port) until grep -q '^Listening on' log || ! kill -0 "$(<pid)" 2>/dev/null; do sleep 0.1; done; sed -n 's|^Listening on http://localhost:\([0-9]*\)/|127.0.0.1:\1|p' log ;;
          stop) kill -TERM "$(<pid)"; while kill -0 "$(<pid)" 2>/dev/null; do sleep 0.1; done ;;
          inspect) echo "$EXIT_CODE" ;;
          logs) cat log ;;
          rm) kill -KILL "$(<pid)" 2>/dev/null || true ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("rill-image-").FullName;

    public TryImageScriptTests()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Images run on Linux.");
        var docker = Path.Combine(_folder, "docker");
        File.WriteAllText(docker, Docker);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static string App => $"exec dotnet {Repository.Metadata("LocalHost")} --port 0 --script-root {Repository.Metadata("FunctionApp")}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Image_ThatServes_IsSmokedWithAKeyAndStopped()
    {
        var run = Try(App, exitCode: 0);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("ok   no key, no answer", run.All, StringComparison.Ordinal);
        Assert.Contains("ok   ended by SIGTERM with exit code 0", run.All, StringComparison.Ordinal);
        var calls = File.ReadAllLines(Path.Combine(_folder, "calls"));
        Assert.Equal("run --detach --publish 127.0.0.1::8080 --env Rill__ApiKeys__0 --env Rill__Device=cpu --env AzureWebJobsSecretStorageType=files rill:cpu", calls[0]);
        Assert.Equal(["run", "port", "stop", "inspect", "rm"], calls.Select(call => call.Split(' ')[0]));
    }

    [SkippableFact]
    public void Image_ThatEndsAtOnce_IsRefusedWithItsLog()
    {
        var run = Try("echo 'Rill cannot start: no libtorch'; exit 1", exitCode: 1);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the container has ended at once", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Rill cannot start: no libtorch", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>The signal that reaches nobody: docker waits, kills, and tells 137.</summary>
    [SkippableFact]
    public void Image_ThatHadToBeKilled_IsRefused()
    {
        var scripts = Directory.CreateDirectory(Path.Combine(_folder, "scripts")).FullName;
        File.Copy(Repository.Find("scripts", "common.sh"), Path.Combine(scripts, "common.sh"));
        File.Copy(Repository.Find("scripts", "try-image.sh"), Path.Combine(scripts, "try-image.sh"));
        File.WriteAllText(Path.Combine(scripts, "smoke.sh"), "#!/usr/bin/env bash\n");
        Assert.Equal(0, Command.Run("chmod", ["+x", Path.Combine(scripts, "smoke.sh")]).ExitCode);

        var run = Try("echo 'Listening on http://localhost:1/'; exec sleep 60", exitCode: 137, Path.Combine(scripts, "try-image.sh"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("it had to be killed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Listening on", run.Errors, StringComparison.Ordinal); // the log
    }

    private CommandResult Try(string container, int exitCode, string? script = null) => Command.Run(
        "bash",
        [script ?? Repository.Find("scripts", "try-image.sh"), "rill:cpu"],
        new Dictionary<string, string?>
        {
            ["PATH"] = _folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
            ["CONTAINER"] = container,
            ["EXIT_CODE"] = exitCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });
}
