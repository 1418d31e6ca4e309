namespace Rill.CommandLine.Tests;

/// <summary>The script at the root, with a compiler of the tests' own.</summary>
public sealed class ScriptTests
{
    private const string Compiler = """
        #!/bin/bash
        if [ "$1" = build ]; then
            echo build >>"$BUILDS"
            sleep 0.3
            mkdir -p "$2/bin/Release/net10.0"
            cp "$2/source.cs" "$2/bin/Release/net10.0/rill.dll"
            echo "noise of a build"
        else
            echo "$(cat "$1") $2"
        fi
        """;

    [SkippableFact]
    public async Task Rill_StartedSeveralTimesAtOnce_BuildsOnceAndRunsEach()
    {
        Skip.If(OperatingSystem.IsWindows(), "./rill is a bash script.");
        using var directory = NewCheckout();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => RunAsync(directory, "rill", $"{number}")));

        Assert.Equal(["first 0\n", "first 1\n", "first 2\n", "first 3\n"], results.Select(result => result.Text));
        Assert.Equal(["build"], await File.ReadAllLinesAsync(directory.File("builds")));
    }

    [SkippableFact]
    public async Task Rill_AfterAChange_BuildsAgainAndKeepsWhatRuns()
    {
        Skip.If(OperatingSystem.IsWindows(), "./rill is a bash script.");
        using var directory = NewCheckout();
        await RunAsync(directory, "rill", "a");
        var before = directory.File("tools/CommandLine/bin/" + (await File.ReadAllTextAsync(directory.File("tools/CommandLine/bin/current"))).Trim() + "/rill.dll");
        await File.WriteAllTextAsync(directory.File("tools/CommandLine/source.cs"), "second");

        var result = await RunAsync(directory, "rill", "b");

        Assert.Equal("second b\n", result.Text);
        Assert.Equal("first", await File.ReadAllTextAsync(before));
    }

    [SkippableFact]
    public async Task Rill_ThroughALink_FindsItsCheckout()
    {
        Skip.If(OperatingSystem.IsWindows(), "./rill is a bash script.");
        using var directory = NewCheckout();
        using var elsewhere = new TemporaryDirectory();
        File.CreateSymbolicLink(elsewhere.File("linked"), directory.File("rill"));

        var result = await RunAsync(directory, elsewhere.File("linked"), "x");

        Assert.Equal("first x\n", result.Text);
    }

    /// <summary>A folder with the scripts, one source, and a compiler that copies it.</summary>
    private static TemporaryDirectory NewCheckout()
    {
        var directory = new TemporaryDirectory();
        foreach (var folder in new[] { "tools/CommandLine", "Shared/Core", "Shared/ModelStore", "path" })
        {
            Directory.CreateDirectory(directory.File(folder));
        }

        foreach (var file in new[] { "rill", "tools/build-if-changed.sh", "Directory.Build.props", "Directory.Packages.props", "global.json" })
        {
            File.Copy(Path.Combine(Vectors.RepositoryRoot(), file), directory.File(file));
        }

        File.WriteAllText(directory.File("tools/CommandLine/source.cs"), "first");
        RillProcess.WriteScript(directory.File("path/dotnet"), Compiler);
        return directory;
    }

    private static async Task<RillResult> RunAsync(TemporaryDirectory directory, string script, string argument)
    {
        using var process = RillProcess.Start(
            "bash",
            [Path.Combine(directory.Path, script), argument],
            [
                KeyValuePair.Create("BUILDS", directory.File("builds")),
                KeyValuePair.Create("PATH", $"{directory.File("path")}:{Environment.GetEnvironmentVariable("PATH")}"),
            ]);
        return await RillProcess.FinishAsync(process, []);
    }
}
