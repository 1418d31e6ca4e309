using System.Runtime.InteropServices;
using System.Text.Json;

namespace Rill.Infra.Tests.Support;

/// <summary>What came of a build.</summary>
/// <param name="Succeeded">Whether there is a template. That says little: a misspelt property is a warning.</param>
/// <param name="Diagnostics">What the compiler and its linter say, a line each as <c>LEVEL CODE: MESSAGE (FILE)</c>; perhaps empty.</param>
/// <param name="Template">The template or the parameters as JSON; null without success.</param>
internal sealed record BicepBuild(bool Succeeded, string Diagnostics, string? Template);

/// <summary>The resources that a file of parameters makes, as JSON, or why there are none.</summary>
internal sealed record BicepSnapshot(string? Text, string? Refusal);

/// <summary>The Bicep compiler out of its NuGet package. It needs no network.</summary>
internal static class BicepCompiler
{
    private static readonly Lazy<BicepServer> _server = new(Start);

    /// <summary>What makes a snapshot the same everywhere; scripts/snapshots.sh has it too.</summary>
    private static readonly Dictionary<string, string> _fixedScope = new()
    {
        ["subscriptionId"] = "00000000-0000-0000-0000-000000000001",
        ["tenantId"] = "00000000-0000-0000-0000-000000000002",
        ["location"] = "swedencentral",
    };

    /// <summary>Skips the test where the package has no compiler for.</summary>
    public static void SkipUnlessAvailable() => Skip.IfNot(
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
        "The Bicep compiler's package is for Linux on x64.");

    /// <summary>Builds a .bicep file, as <c>bicep build</c> does; its linter speaks too, as in <c>bicep lint</c>.</summary>
    public static BicepBuild Build(string path) => Read(_server.Value.Ask("bicep/compile", new { path }), "contents");

    /// <summary>Builds a .bicepparam file with this process's variables, as <c>bicep build-params</c> does.</summary>
    public static BicepBuild BuildParameters(string path) =>
        Read(_server.Value.Ask("bicep/compileParams", new { path, parameterOverrides = new Dictionary<string, string>() }), "parameters");

    /// <summary>A file's text as <c>bicep format</c> writes it.</summary>
    public static string Format(string path)
    {
        var (result, error) = _server.Value.Ask("bicep/format", new { path });
        return result?.GetProperty("contents").GetString() ?? throw new InvalidOperationException($"{path} is not formatted: {error}");
    }

    /// <summary>Evaluates a .bicepparam file as the resource manager would, as <c>bicep snapshot</c> does.</summary>
    public static BicepSnapshot Snapshot(string path)
    {
        var (result, error) = _server.Value.Ask("bicep/getSnapshot", new { path, metadata = _fixedScope, externalInputs = Array.Empty<string>() });
        return new BicepSnapshot(result?.GetProperty("snapshot").GetString(), error);
    }

    private static BicepBuild Read((JsonElement? Result, string? Error) answer, string content)
    {
        if (answer.Result is not { } result)
        {
            return new BicepBuild(Succeeded: false, answer.Error!, Template: null);
        }

        var diagnostics = result.GetProperty("diagnostics").EnumerateArray().Select(entry =>
            $"{entry.At("level").GetString()} {entry.At("code").GetString()}: {entry.At("message").GetString()} ({entry.At("source").GetString()})");
        var template = result.TryGetProperty(content, out var text) ? text.GetString() : null;
        return new BicepBuild(result.GetProperty("success").GetBoolean(), string.Join('\n', diagnostics), template);
    }

    private static BicepServer Start()
    {
        var program = Repository.Metadata("Bicep");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute);
        }

        return new BicepServer(program);
    }
}
