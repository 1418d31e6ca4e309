using System.Diagnostics;
using Rill.FunctionApp.Tests.Host;

namespace Rill.Page.Tests;

/// <summary>The page's own tests of what needs no browser.</summary>
public sealed class UnitTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    [SkippableFact]
    public async Task Vitest_Passes()
    {
        var page = Path.Combine(BuiltPrograms.Root, "FunctionApp", "Page");
        var isInstalled = Directory.Exists(Path.Combine(page, "node_modules", "vitest")); // by the build
        Skip.If(!isInstalled && Environment.GetEnvironmentVariable("CI") != "true", "The page was not built here: Node 20 or npm's packages are missing.");

        var run = await ProcessBounds.RunAsync(new ProcessStartInfo("npm", ["test", "--silent"]) { WorkingDirectory = page }, s_limit);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("passed", run.Output, StringComparison.Ordinal);
    }
}
