namespace Rill.Hosting.Tests;

/// <summary>A folder that starts what the tests were built with, as a clone's or a release's does, and builds nothing.</summary>
public sealed class RillFolderFixture : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rill-aspire-");

    public RillFolderFixture()
    {
        var script = Path.Combine(Folder, "run");
        File.WriteAllText(script, $"#!/bin/sh\nexec dotnet '{BuiltPrograms.LocalHost}' --script-root '{BuiltPrograms.FunctionApp}' \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
