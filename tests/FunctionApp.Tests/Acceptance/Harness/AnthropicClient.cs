using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Anthropic's official clients, each within a program that does what a scenario says.</summary>
internal static class AnthropicClient
{
    private static readonly KeptProgram s_dotNet = new(() => new ProcessStartInfo("dotnet", [BuiltPrograms.AnthropicClient]));

    /// <summary>Asks the NuGet client; what came.</summary>
    public static Task<JsonElement> DotNetAsync(RillServer server, string scenario, string json, string key = "unused") =>
        s_dotNet.AskAsync(server.BaseUri.ToString(), key, scenario, json);

    /// <summary>Runs the npm client; what it printed.</summary>
    public static async Task<JsonElement> NodeAsync(RillServer server, string scenario, string json, string key = "unused") =>
        Assert.Single(await NodeClient.RunAsync(server, "anthropic.mjs", scenario, json, key));
}
