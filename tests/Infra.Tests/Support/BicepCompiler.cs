using System.Runtime.InteropServices;

namespace Rill.Infra.Tests.Support;

/// <summary>The Bicep compiler out of its NuGet package. It needs no network; a run takes one to five seconds.</summary>
internal static class BicepCompiler
{
    /// <summary>Arguments that make a snapshot the same everywhere.</summary>
    public static readonly string[] FixedScope =
    [
        "--subscription-id", "00000000-0000-0000-0000-000000000001",
        "--tenant-id", "00000000-0000-0000-0000-000000000002",
        "--location", "swedencentral",
    ];

    private static readonly string _program = Repository.Metadata("Bicep");

    /// <summary>Skips the test where the package has no compiler for.</summary>
    public static void SkipUnlessAvailable() => Skip.IfNot(
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
        "The Bicep compiler's package is for Linux on x64.");

    /// <summary>Runs one command. Its exit code says little: a misspelt property is a warning with exit code 0.</summary>
    public static CommandResult Run(params string[] arguments)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_program, File.GetUnixFileMode(_program) | UnixFileMode.UserExecute);
        }

        // The single file unpacks itself; without a home directory it would not know where.
        var unpacked = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } ? null : Path.GetTempPath();
        return Command.Run(_program, arguments, new Dictionary<string, string?> { ["DOTNET_BUNDLE_EXTRACT_BASE_DIR"] = unpacked });
    }
}
