using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>Every resource against Azure's type of it (Azure.Bicep.Types.Az): properties, words, limits, names and versions.</summary>
public sealed partial class ResourceTypeTests
{
    public static TheoryData<string> Snapshots => Snapshot.Names;

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void EveryResource_FitsItsType(string name) =>
        Assert.Empty(Snapshot.Load(name).All.SelectMany(ResourceTypes.Faults));

    [SkippableFact]
    public void EveryTypeOfTheTemplate_IsInASnapshot()
    {
        BicepCompiler.SkipUnlessAvailable();
        var seen = new[] { "cpu", "t4", "a100" }.SelectMany(name => Snapshot.Load(name).All).Select(CompiledTemplate.Type);

        Assert.Empty(CompiledTemplate.Resources().Select(CompiledTemplate.Type).Except(seen));
    }

    /// <summary>What scripts/deploy.sh sends after a deployment with a rule of our own.</summary>
    [Fact]
    public void ScaleOverride_FitsTheAppsType()
    {
        using var patch = JsonDocument.Parse(Repository.Read("infra", "scale-override.json"));
        var scale = patch.RootElement.At("properties.template.scale").GetRawText();

        Assert.Empty(ResourceTypes.Faults(Changed(Snapshot.Load("t4").App, "properties.template.scale", scale)));
    }

    [Fact]
    public void Scripts_SpeakToTheAppInTheTemplatesVersion()
    {
        var version = Snapshot.Load("t4").App.At("apiVersion").GetString();
        var scripts = Directory.EnumerateFiles(Repository.Find("scripts"), "*.sh").Select(File.ReadAllText);
        var asked = scripts.SelectMany(script => AppVersion().Matches(script)).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, asks => Assert.Equal(version, asks));
    }

    /// <summary>What the compiler takes without a word.</summary>
    [Theory]
    [InlineData("properties.configuration.ingress.transport", "\"sse\"", "may be one of auto, http, http2, tcp")]
    [InlineData("properties.configuration.ingress.stickySessions", """{"affinity":"nope"}""", "may be one of")]
    [InlineData("properties.configuration.activeRevisionsMode", "\"Triple\"", "may be one of")]
    [InlineData("properties.configuration.ingress.targetPorts", "1", "is unknown")]
    [InlineData("properties.configuration.ingress.fqdn", "\"rill.example\"", "can only be read")]
    [InlineData("properties.template.containers.0.probes.0.failureThreshold", "11", "may be 1 to 10")]
    [InlineData("properties.template.containers.0.probes.1.periodSeconds", "300", "may be 1 to 240")]
    [InlineData("properties.template.containers.0.resources.memory", "56", "may be a StringType only")]
    [InlineData("kind", "\"functionsapp\"", "may be one of")]
    [InlineData("apiVersion", "\"2026-07-02\"", "is unknown")]
    public void App_WithSomethingThatAzureDoesNotTake_IsFound(string path, string value, string fault) =>
        Assert.Contains(fault, Assert.Single(ResourceTypes.Faults(Changed(Snapshot.Load("t4").App, path, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Microsoft.ContainerRegistry/registries", "sku.name", "\"Gold\"")]
    [InlineData("Microsoft.ContainerRegistry/registries", "name", "\"cr-rill\"")]
    [InlineData("Microsoft.KeyVault/vaults", "properties.sku.family", "\"B\"")]
    [InlineData("Microsoft.OperationalInsights/workspaces", "properties.sku.name", "\"PerTB\"")]
    public void Foundation_WithSomethingThatAzureDoesNotTake_IsFound(string type, string path, string value) =>
        Assert.NotEmpty(ResourceTypes.Faults(Changed(Snapshot.Load("t4").Only(type), path, value)));

    /// <summary>
    /// Names for which the types have no pattern. The app's rule is the text of Azure's error ContainerAppInvalidName, the vault's that of
    /// learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules.
    /// </summary>
    [Theory]
    [InlineData("Microsoft.App/containerApps", "^(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]$")]
    [InlineData("Microsoft.KeyVault/vaults", "^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$")]
    public void Names_FollowAzuresRules(string type, string rule) =>
        Assert.All(["cpu", "t4", "a100"], name => Assert.Matches(rule, Snapshot.Load(name).Only(type).At("name").GetString()));

    [Fact]
    public void App_WithoutWhatAzureNeeds_IsFound()
    {
        var app = JsonNode.Parse(Snapshot.Load("t4").App.GetRawText())!;
        app.AsObject().Remove("location");

        Assert.Contains("location is absent", Assert.Single(ResourceTypes.Faults(app.Deserialize<JsonElement>())), StringComparison.Ordinal);
    }

    /// <summary>Azure retires versions; no resource may be two years behind the newest one of its type that is no preview.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Versions_AreNotTwoYearsBehind(string name)
    {
        foreach (var resource in Snapshot.Load(name).All)
        {
            var version = resource.At("apiVersion").GetString()!;
            var newest = ResourceTypes.StableVersions(CompiledTemplate.Type(resource)).FirstOrDefault(version);

            Assert.True(Date(newest) - Date(version) < TimeSpan.FromDays(730), $"{CompiledTemplate.Type(resource)}: {version}, newest {newest}");
        }
    }

    [GeneratedRegex(@"Microsoft\.App/containerApps\b.*api-version[= ]([0-9a-z-]+)")]
    private static partial Regex AppVersion();

    private static DateTime Date(string version) => DateTime.ParseExact(version[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A copy of a resource in which the value at a path, indices among its names, is another one.</summary>
    private static JsonElement Changed(JsonElement resource, string path, string value)
    {
        var root = JsonNode.Parse(resource.GetRawText())!;
        var names = path.Split('.');
        var parent = names[..^1].Aggregate(root, (node, name) => int.TryParse(name, CultureInfo.InvariantCulture, out var at) ? node[at]! : node[name]!);
        parent[names[^1]] = JsonNode.Parse(value);
        return root.Deserialize<JsonElement>();
    }
}
