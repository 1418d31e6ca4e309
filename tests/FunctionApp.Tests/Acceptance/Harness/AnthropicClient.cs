using System.Diagnostics;
using System.Text.Json;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Acceptance.Harness;

/// <summary>Anthropic's official clients, each run as a program that does what a scenario says.</summary>
internal static class AnthropicClient
{
    /// <summary>Runs the NuGet client; what it printed.</summary>
    public static async Task<JsonElement> DotNetAsync(RillServer server, string scenario, string json, string key = "unused")
    {
        var start = new ProcessStartInfo("dotnet", [BuiltPrograms.AnthropicClient, server.BaseUri.ToString(), key, scenario, json]);
        var (exitCode, output, errors) = await ProcessBounds.RunAsync(start, ProcessBounds.Patience);
        Assert.True(exitCode == 0, output + errors);
        return JsonElement.Parse(output);
    }

    /// <summary>Runs the npm client; what it printed.</summary>
    public static async Task<JsonElement> NodeAsync(RillServer server, string scenario, string json, string key = "unused") =>
        Assert.Single(await NodeClient.RunAsync(server, "anthropic.mjs", scenario, json, key));
}
