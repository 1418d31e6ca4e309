using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>A folder of Node scripts with the packages of its lock file, which are installed when the first of them runs.</summary>
internal sealed class NodeFolder
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _installLimit = TimeSpan.FromMinutes(5); // a slow feed or a busy machine is no fault of a client's

    private readonly string _folder;
    private readonly Lazy<Task<string?>> _obstacle;

    /// <summary>A folder of the source, since npm installs beside its package.json.</summary>
    public NodeFolder(string folder)
    {
        _folder = folder;
        _obstacle = new(InstallAsync);
    }

    /// <summary>Skips the test where Node is absent, except in continuous integration.</summary>
    public async Task SkipWithoutAsync()
    {
        if (await _obstacle.Value is { } obstacle)
        {
            Skip.If(Environment.GetEnvironmentVariable("CI") != "true", obstacle);
            Assert.Fail(obstacle);
        }
    }

    /// <summary>What starts a script.</summary>
    public ProcessStartInfo Start(string script) => new("node", [script]) { WorkingDirectory = _folder };

    /// <summary>Runs a script and reads the JSON lines that it prints; skips the test where Node is absent, as above.</summary>
    public async Task<IReadOnlyList<JsonElement>> RunAsync(string script, params string[] args)
    {
        await SkipWithoutAsync();
        var (exitCode, output, errors) = await ExecuteAsync("node", [script, .. args]);
        Assert.True(exitCode == 0, $"{script} failed:\n{output}\n{errors}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>Installs the packages once; null, or the reason why there are none.</summary>
    private async Task<string?> InstallAsync()
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

            var installation = await InstallPackagesAsync();
            if (installation.ExitCode != 0)
            {
                installation = await InstallPackagesAsync(); // a feed that fails once is no fault of a client's
            }

            return installation.ExitCode == 0 ? null : $"npm ci failed: {installation.Output} {installation.Error}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node is not on the PATH.";
        }
    }

    private Task<ProcessResult> InstallPackagesAsync() =>
        ExecuteAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], _installLimit);

    private Task<ProcessResult> ExecuteAsync(string program, string[] args, TimeSpan? limit = null) =>
        ProcessBounds.RunAsync(new ProcessStartInfo(program, args) { WorkingDirectory = _folder }, limit ?? _limit);
}
