using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.Page.Tests.Build;

/// <summary>How the page comes into the app, and the page's own tests of what needs no browser.</summary>
public sealed class BuildTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);
    private static readonly string s_page = Path.Combine(BuiltPrograms.Root, "FunctionApp", "Page");

    [SkippableFact]
    public async Task Vitest_Passes()
    {
        SkipWithoutPackages();
        var install = await MakeAsync("--tests");
        Assert.True(install.ExitCode == 0, install.Output);

        var run = await ProcessBounds.RunAsync(new ProcessStartInfo("npm", ["test", "--silent"]) { WorkingDirectory = s_page }, s_limit);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("passed", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Make_WhereNothingHasChanged_DoesNothing()
    {
        SkipWithoutPackages();
        await MakeAsync();

        var again = await MakeAsync();

        Assert.Equal((0, ""), (again.ExitCode, again.Output));
    }

    [SkippableFact]
    public async Task Make_ByTwoBuildsAtOnce_BuildsOnce()
    {
        SkipWithoutPackages();
        File.Delete(Path.Combine(s_page, "dist", "index.html"));

        var runs = await Task.WhenAll(MakeAsync(), MakeAsync());

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output + run.Error));
        Assert.Single(runs, run => run.Output.Contains("Building the page", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(s_page, "dist", "index.html.br")));
    }

    [SkippableTheory]
    [InlineData("false", 0)]
    [InlineData("true", 1)]
    public async Task Build_WithoutNode_GoesOnWithAMessage_ButNotInContinuousIntegration(string ci, int exitCode)
    {
        Skip.If(OperatingSystem.IsWindows(), "A shell is all that the search path of this test leads to.");
        var programs = Directory.CreateTempSubdirectory("rill-page-");
        File.CreateSymbolicLink(Path.Combine(programs.FullName, "sh"), "/bin/sh"); // by which MSBuild starts what it starts
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["msbuild", Path.Combine(s_page, "Page.proj"), "-nologo", "-verbosity:minimal"]);
        start.Environment["PATH"] = programs.FullName;
        start.Environment["CI"] = ci;

        var run = await ProcessBounds.RunAsync(start, s_limit);

        Assert.True(run.ExitCode == exitCode, run.Output + run.Error);
        Assert.Contains("The web page was not built", run.Output, StringComparison.Ordinal);
        Assert.Contains("Node is not on the PATH.", run.Output, StringComparison.Ordinal);
        programs.Delete(recursive: true);
    }

    private static void SkipWithoutPackages()
    {
        var isInstalled = Directory.Exists(Path.Combine(s_page, "node_modules")); // by the build
        Skip.If(!isInstalled && Environment.GetEnvironmentVariable("CI") != "true", "The page was not built here: Node 20.19, 22.12 or later, or npm's packages are missing.");
    }

    private static Task<ProcessResult> MakeAsync(params string[] args) =>
        ProcessBounds.RunAsync(new ProcessStartInfo("node", [Path.Combine(s_page, "build", "make.mjs"), .. args]), s_limit);
}
