using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Runs scripts of the folder <c>node</c> against a server, with the official npm client. Each prints JSON lines.</summary>
internal static class NodeClient
{
    private static readonly string _folder = BuiltPrograms.NodeScripts;
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<string?>> _obstacle = new(InstallAsync);

    /// <summary>Runs a script; skips the test where Node is absent, except in continuous integration.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(RillServer server, string script, params string[] args)
    {
        if (await _obstacle.Value is { } obstacle)
        {
            Skip.If(Environment.GetEnvironmentVariable("CI") != "true", obstacle);
            Assert.Fail(obstacle);
        }

        var (exitCode, output, errors) = await ExecuteAsync("node", [script, server.ApiUri().ToString(), .. args]);
        Assert.True(exitCode == 0, $"{script} failed:\n{output}\n{errors}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>Installs the client once; null, or the reason why there is none.</summary>
    private static async Task<string?> InstallAsync()
    {
        try
        {
            if ((await ExecuteAsync("node", ["--version"])).ExitCode != 0)
            {
                return "Node is not on the PATH.";
            }

            // npm writes the inner file last; a newer lock file in the source asks for another installation.
            var installed = File.GetLastWriteTimeUtc(Path.Combine(_folder, "node_modules/.package-lock.json"));
            if (installed > File.GetLastWriteTimeUtc(Path.Combine(_folder, "package-lock.json")))
            {
                return null;
            }

            var (exitCode, output, errors) = await ExecuteAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
            return exitCode == 0 ? null : $"npm ci failed: {output} {errors}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node is not on the PATH.";
        }
    }

    private static Task<ProcessResult> ExecuteAsync(string program, string[] args) =>
        ProcessBounds.RunAsync(new ProcessStartInfo(program, args) { WorkingDirectory = _folder }, _limit);
}
