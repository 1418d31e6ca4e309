using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>What must hold for every deployment, whatever its parameters: read from the compiled template, nested deployments included.</summary>
public sealed partial class TemplateTests
{
    public TemplateTests() => BicepCompiler.SkipUnlessAvailable();

    private static readonly Dictionary<string, string> _roles = new()
    {
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
        ["8311e382-0749-4cb8-b61a-304f252e45ec"] = "AcrPush",
        ["fb382eab-e894-4461-af04-94435c366c3f"] = "Container Registry Tasks Contributor",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7"] = "Key Vault Secrets Officer",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    [SkippableFact]
    public void Resources_AreOfTheExpectedTypesOnly()
    {
        string[] expected =
        [
            "Microsoft.App/containerApps",
            "Microsoft.App/managedEnvironments",
            "Microsoft.Authorization/roleAssignments",
            "Microsoft.Consumption/budgets",
            "Microsoft.ContainerRegistry/registries",
            "Microsoft.Insights/actionGroups",
            "Microsoft.Insights/components",
            "Microsoft.Insights/diagnosticSettings",
            "Microsoft.Insights/scheduledQueryRules",
            "Microsoft.Insights/workbooks",
            "Microsoft.KeyVault/vaults",
            "Microsoft.ManagedIdentity/userAssignedIdentities",
            "Microsoft.OperationalInsights/workspaces",
            "Microsoft.Resources/resourceGroups",
            "Microsoft.Storage/storageAccounts",
            "Microsoft.Storage/storageAccounts/blobServices",
            "Microsoft.Storage/storageAccounts/blobServices/containers",
        ];

        var types = CompiledTemplate.Resources().Select(CompiledTemplate.Type).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(expected, types);
    }

    [SkippableFact]
    public void Template_NeverAsksForAKey()
    {
        Assert.DoesNotMatch(ListCall(), CompiledTemplate.Text);
        Assert.DoesNotContain("\"sharedKey\"", CompiledTemplate.Text, StringComparison.Ordinal); // of a workspace
        Assert.DoesNotContain("passwordSecretRef", CompiledTemplate.Text, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Outputs_HoldNoSecret()
    {
        foreach (var output in CompiledTemplate.Templates().SelectMany(Outputs))
        {
            Assert.DoesNotContain("secure", output.Value.At("type").GetString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(SecretName(), output.Name);
        }

        // What main puts out stands in the deployment's history, for every reader of the subscription.
        Assert.All(Outputs(CompiledTemplate.Root), output => Assert.DoesNotMatch(SecretValue(), output.Value.At("value").GetString()));
    }

    [SkippableFact]
    public void OutputsOfMain_AreUpperCaseAndWhatAzdReads()
    {
        var names = Outputs(CompiledTemplate.Root).Select(output => output.Name).ToList();

        Assert.All(names, name => Assert.Matches("^[A-Z][A-Z0-9_]*$", name));
        string[] read =
        [
            "AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_CONTAINER_REGISTRY_ENDPOINT", "AZURE_CONTAINER_APPS_ENVIRONMENT_ID",
            "RILL_TORCH_BACKEND", "SERVICE_API_NAME", "SERVICE_API_URI", "SERVICE_API_IMAGE_NAME", "SERVICE_API_IDENTITY_PRINCIPAL_ID", "MODEL_BLOB_ENDPOINT",
        ];
        Assert.Empty(read.Except(names));
    }

    [SkippableFact]
    public void RoleAssignments_HaveStableNamesKnownRolesAndAPrincipalType()
    {
        foreach (var assignment in CompiledTemplate.ResourcesOf("Microsoft.Authorization/roleAssignments"))
        {
            Assert.StartsWith("[guid(", assignment.At("name").GetString(), StringComparison.Ordinal);
            Assert.True(assignment.At("properties").Has("principalType"));
            Assert.StartsWith(
                "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions',",
                assignment.At("properties.roleDefinitionId").GetString(),
                StringComparison.Ordinal);
        }

        var roleIds = CompiledTemplate.Templates().Where(template => template.Has("variables") && template.At("variables").Has("role"))
            .SelectMany(template => template.At("variables.role").EnumerateObject())
            .Select(entry => entry.Value.GetString()!);
        Assert.Equal(_roles.Keys.Order(StringComparer.Ordinal), roleIds.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public void App_WaitsForTheRolesAndForAnImage()
    {
        var deployment = CompiledTemplate.Root.At("resources.app");

        Assert.Contains("roles", deployment.At("dependsOn").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal("[not(empty(parameters('image')))]", deployment.At("condition").GetString());
    }

    [SkippableFact]
    public void ContainerApps_UseTheVersionThatKnowsFunctionApps()
    {
        Assert.Equal("2026-07-01", Assert.Single(CompiledTemplate.ResourcesOf("Microsoft.App/containerApps")).At("apiVersion").GetString());
        Assert.Equal("2026-07-01", Assert.Single(CompiledTemplate.ResourcesOf("Microsoft.App/managedEnvironments")).At("apiVersion").GetString());
    }

    /// <summary>The platform refuses a function app whose template names rules (FunctionAppCannotSetScaleRules).</summary>
    [SkippableFact]
    public void App_NamesNoScaleRules()
    {
        var scale = Assert.Single(CompiledTemplate.ResourcesOf("Microsoft.App/containerApps")).At("properties.template.scale");

        Assert.False(scale.Has("rules"));
        Assert.False(scale.Has("allowScalingRuleOverride"));
    }

    [SkippableFact]
    public void Profiles_AreThoseThatAreServerless()
    {
        var profiles = CompiledTemplate.Root.At("variables.profiles").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.At("profileType").GetString());

        Assert.Equal(new() { ["none"] = "Consumption", ["t4"] = "Consumption-GPU-NC8as-T4", ["a100"] = "Consumption-GPU-NC24-A100" }, profiles);
        Assert.Equal(profiles.Keys, CompiledTemplate.Root.At("parameters.gpu.allowedValues").EnumerateArray().Select(value => value.GetString()!));
        Assert.Equal(0, CompiledTemplate.Root.At("parameters.minReplicas.defaultValue").GetInt32());
    }

    [SkippableFact]
    public void DrainAndGrace_TogetherStayBelowThePlatformsLimit()
    {
        const int MostGraceSeconds = 600;
        const int AfterDrainSeconds = 30; // app.bicep adds it; AppTests sees both in the snapshots

        Assert.Equal(MostGraceSeconds - AfterDrainSeconds, CompiledTemplate.Root.At("parameters.drainSeconds.maxValue").GetInt32());
    }

    [GeneratedRegex(@"\blist[A-Z]\w*\(")]
    private static partial Regex ListCall();

    [GeneratedRegex("(?i)secret|password|token|(?<!public)key$")]
    private static partial Regex SecretName();

    [GeneratedRegex("(?i)connectionString|secrets/|accountKey|password|parameters\\('settings'\\)")]
    private static partial Regex SecretValue();

    private static IEnumerable<JsonProperty> Outputs(JsonElement template) =>
        template.TryGetProperty("outputs", out var outputs) ? outputs.EnumerateObject() : [];
}
