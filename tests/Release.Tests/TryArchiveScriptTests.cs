using System.Globalization;

namespace Rill.Release.Tests;

/// <summary>scripts/try-archive.sh sees what may be wrong with an archive.</summary>
public sealed class TryArchiveScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rill-try-").FullName;

    public TryArchiveScriptTests() => Skip.IfNot(OperatingSystem.IsLinux(), "Archives run on Linux.");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void Archive_WhoseRunFails_IsRefusedWithItsWords()
    {
        var run = Try("echo 'no libtorch here' >&2; exit 3");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no libtorch here", run.Errors, StringComparison.Ordinal);
        Assert.Contains("did not become ready", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Archive_ThatIsNeverReady_IsRefusedInTime()
    {
        var run = Try("while :; do read -t 1 <> <(:) || :; done", "--seconds", "1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("did not become ready within 1 s", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Archive_OfAnotherHash_IsRefused()
    {
        var archive = Pack("exit 0");
        File.WriteAllText(Path.Combine(_folder, "SHA256SUMS"), new string('0', 64) + "  " + Path.GetFileName(archive) + "\n");

        var run = Command.Run("bash", [Repository.Find("scripts", "try-archive.sh"), archive]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is not that of SHA256SUMS", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>It streams, and yet would not where no .NET is installed.</summary>
    [SkippableFact]
    public void Archive_ThatServesFromTheInstalledDotnet_IsRefused()
    {
        var dotnet = Path.GetDirectoryName(Environment.ProcessPath)!;
        Skip.IfNot(File.Exists(Path.Combine(dotnet, "dotnet")), "The tests do not run by `dotnet`.");

        var run = Try(string.Create(CultureInfo.InvariantCulture,
            $"PATH={dotnet}:$PATH exec dotnet {Repository.Metadata("LocalHost")} --script-root {Repository.Metadata("FunctionApp")} \"$@\""));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("streams to [DONE]", run.Errors, StringComparison.Ordinal);
        Assert.Contains("has loaded what is not in the archive", run.Errors, StringComparison.Ordinal);
    }

    private CommandResult Try(string body, params string[] options) =>
        Command.Run("bash", [Repository.Find("scripts", "try-archive.sh"), Pack(body), .. options]);

    /// <summary>An archive whose programs answer --help, and do else what is said.</summary>
    private string Pack(string body)
    {
        var root = Directory.CreateDirectory(Path.Combine(_folder, "rill-0.0.0")).FullName;
        foreach (var program in (string[])["run", "rill"])
        {
            var path = Path.Combine(root, program);
            File.WriteAllText(path, $"#!/usr/bin/env bash\n[ \"$1\" != --help ] || exit 0\n{body}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        var archive = Path.Combine(_folder, "rill-0.0.0.tar");
        Assert.Equal("", Command.Run("tar", ["--create", "--file", archive, "--directory", _folder, "rill-0.0.0"]).All);
        return archive;
    }
}
