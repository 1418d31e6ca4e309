using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Runs the libraries that people build upon: Node's by the scripts of a folder, .NET's by a program of their own.</summary>
internal static class Frameworks
{
    private static readonly NodeFolder s_folder = new(BuiltPrograms.FrameworkScripts);

    /// <summary>Runs a script; what its user sees. Skips the test where Node is absent.</summary>
    public static async Task<JsonElement> NodeAsync(string script, params string[] args) => Assert.Single(await s_folder.RunAsync(script, args));

    /// <summary>Runs the program; what its user sees.</summary>
    public static async Task<JsonElement> DotNetAsync(params string[] args)
    {
        var (exitCode, output, errors) = await ProcessBounds.RunAsync(new ProcessStartInfo("dotnet", [BuiltPrograms.AgentClients, .. args]), ProcessBounds.Patience);
        Assert.True(exitCode == 0, output + errors);
        return JsonElement.Parse(output);
    }
}
