using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Runs the libraries that people build upon: Node's by the scripts of a folder, .NET's by a program of their own.</summary>
internal static class Frameworks
{
    private static readonly NodeFolder s_folder = new(BuiltPrograms.FrameworkScripts);
    private static readonly KeptProgram s_node = new(() => s_folder.Start("run.mjs"));
    private static readonly KeptProgram s_dotNet = new(() => new ProcessStartInfo("dotnet", [BuiltPrograms.AgentClients]));

    /// <summary>Runs a script; what its user sees. Skips the test where Node is absent.</summary>
    public static async Task<JsonElement> NodeAsync(string script, params string[] args)
    {
        await s_folder.SkipWithoutAsync();
        return await s_node.AskAsync([script, .. args]);
    }

    /// <summary>Asks the program; what its user sees.</summary>
    public static Task<JsonElement> DotNetAsync(params string[] args) => s_dotNet.AskAsync(args);
}
