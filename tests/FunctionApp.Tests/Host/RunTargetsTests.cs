using System.Diagnostics;
using System.Text.Json;

namespace Rill.FunctionApp.Tests.Host;

/// <summary>What <c>dotnet run --project FunctionApp</c> starts: func where it is installed, else LocalHost; either one where the app was built to.</summary>
public sealed class RunTargetsTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);
    private readonly DirectoryInfo _programs = Directory.CreateTempSubdirectory("rill-run-");

    public void Dispose() => _programs.Delete(recursive: true);

    [SkippableFact]
    public async Task Run_WithFunc_StartsIt()
    {
        Skip.If(OperatingSystem.IsWindows(), "The stand-in for func is a shell script.");
        var func = Path.Combine(_programs.FullName, "func");
        await File.WriteAllTextAsync(func, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(func, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var (command, arguments, folder) = await AskAsync();

        Assert.Equal(("func", "start --no-build"), (command, arguments));
        Assert.Equal(BuiltPrograms.FunctionApp, folder);
    }

    [SkippableFact]
    public async Task Run_WithoutFunc_StartsLocalHost()
    {
        Skip.If(Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, "func"))), "func is installed.");

        var (command, arguments, folder) = await AskAsync();

        Assert.Equal("dotnet", command);
        Assert.Contains(BuiltPrograms.LocalHost, arguments, StringComparison.Ordinal);
        Assert.Contains($"--script-root \"{BuiltPrograms.FunctionApp}\"", arguments, StringComparison.Ordinal);
        Assert.Equal(BuiltPrograms.FunctionApp, folder);
    }

    private async Task<(string Command, string Arguments, string Folder)> AskAsync()
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(BuiltPrograms.FunctionApp))!;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "msbuild", Path.Combine(BuiltPrograms.Root, "FunctionApp", "FunctionApp.csproj"), "-nologo", "-t:ComputeRunArguments",
                "-getProperty:RunCommand", "-getProperty:RunArguments", "-getProperty:RunWorkingDirectory",
                $"-p:Configuration={configuration}", "-p:BuildProjectReferences=false",
            },
        };
        start.Environment["PATH"] = _programs.FullName + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

        var result = await ProcessBounds.RunAsync(start, _patience);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        using var document = JsonDocument.Parse(result.Output);
        string Property(string name) => document.RootElement.GetProperty("Properties").GetProperty(name).GetString()!;
        return (Property("RunCommand"), Property("RunArguments"), Path.TrimEndingDirectorySeparator(Property("RunWorkingDirectory")));
    }
}
