namespace Rill.Hosting.Tests;

/// <summary>A folder that starts what the tests were built with, as a clone's or a release's does, and builds nothing.</summary>
public sealed class RillFolderFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-aspire-");

    public string Folder => _folder.FullName;

    public async Task InitializeAsync()
    {
        var script = Path.Combine(Folder, "run");
        await File.WriteAllTextAsync(
            script, $"#!/bin/sh\nexec dotnet '{BuiltPrograms.LocalHost}' --script-root '{BuiltPrograms.FunctionApp}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
