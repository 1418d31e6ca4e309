using System.Text.Json;
using Rill.FunctionApp.Tests.Acceptance.Harness;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Scripts;

/// <summary>
/// The real app with the settings that the template gives it without a GPU, and with its default model, which the image holds: it starts with
/// nothing else, and passes the smoke test that follows a deployment.
/// </summary>
public sealed class DeployedSettingsTests
{
    private const string Key = "key-of-the-vault";

    [SkippableFact]
    public async Task CpuProfile_StartsWithTheTemplatesSettingsAndPassesTheSmokeTest()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        var settings = SettingsOf("cpu");
        Assert.Equal("cpu", settings["Rill__Device"]);

        await using var server = await RillServer.StartAsync(settings);
        await Eventually.SucceedsAsync(async () =>
        {
            var (exitCode, output) = await SmokeScript.RunAsync(server.BaseUri, Key, "--long-seconds", "2");

            Assert.True(exitCode == 0, output);
            Assert.Contains("All is well.", output, StringComparison.Ordinal);
        });
    }

    /// <summary>The container's variables. Those that only a deployment knows are left out; they are Azure's alone.</summary>
    private static Dictionary<string, string> SettingsOf(string snapshot)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(BuiltPrograms.Root, "infra", "snapshots", snapshot + ".snapshot.json")));
        var app = file.RootElement.GetProperty("predictedResources").EnumerateArray()
            .Single(resource => resource.GetProperty("type").GetString() == "Microsoft.App/containerApps");
        var container = app.GetProperty("properties").GetProperty("template").GetProperty("containers").EnumerateArray().Single();

        return container.GetProperty("env").EnumerateArray()
            .Select(setting => (
                Name: setting.GetProperty("name").GetString()!,
                Value: setting.TryGetProperty("value", out var value) ? value.GetString()! : Key))
            .Where(setting => !setting.Value.StartsWith('['))
            .ToDictionary(setting => setting.Name, setting => setting.Value);
    }
}
