using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>What a security reviewer looks for: no keys, no anonymous access, current TLS, deletions that can be undone, logs.</summary>
public sealed class BaselineTests
{
    public static TheoryData<string> Snapshots => Snapshot.Names;

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void StorageAccounts_TakeIdentitiesOverTlsOnly(string name)
    {
        var accounts = Snapshot.Load(name).Of("Microsoft.Storage/storageAccounts");

        Assert.Equal(2, accounts.Count); // the host's state, and weights
        foreach (var properties in accounts.Select(Snapshot.Properties))
        {
            Assert.Equal("TLS1_2", properties.At("minimumTlsVersion").GetString());
            Assert.True(properties.At("supportsHttpsTrafficOnly").GetBoolean());
            Assert.False(properties.At("allowBlobPublicAccess").GetBoolean());
            Assert.False(properties.At("allowSharedKeyAccess").GetBoolean());
            Assert.True(properties.At("defaultToOAuthAuthentication").GetBoolean());
            Assert.False(properties.At("allowCrossTenantReplication").GetBoolean());
            Assert.True(properties.At("encryption.requireInfrastructureEncryption").GetBoolean());
        }
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Blobs_CanBeUndeleted(string name)
    {
        foreach (var properties in Snapshot.Load(name).Of("Microsoft.Storage/storageAccounts/blobServices").Select(Snapshot.Properties))
        {
            Assert.True(properties.At("deleteRetentionPolicy.enabled").GetBoolean());
            Assert.True(properties.At("containerDeleteRetentionPolicy.enabled").GetBoolean());
        }
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Registry_HasNoAdminAndTakesTheAppsToken(string name)
    {
        var properties = Snapshot.Load(name).Only("Microsoft.ContainerRegistry/registries").At("properties");

        Assert.False(properties.At("adminUserEnabled").GetBoolean());
        Assert.False(properties.At("anonymousPullEnabled").GetBoolean());
        Assert.Equal("enabled", properties.At("policies.azureADAuthenticationAsArmPolicy.status").GetString());
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Vault_UsesRolesAndKeepsWhatIsDeleted(string name)
    {
        var properties = Snapshot.Load(name).Only("Microsoft.KeyVault/vaults").At("properties");

        Assert.True(properties.At("enableRbacAuthorization").GetBoolean());
        Assert.True(properties.At("enableSoftDelete").GetBoolean());
        Assert.False(properties.Has("accessPolicies"));
    }

    /// <summary>The vault's type says: "the property does not accept false as its value".</summary>
    [Fact]
    public void Vault_IsProtectedFromPurgingOnRequestAndIsNeverToldFalse()
    {
        Assert.Equal(JsonValueKind.True, Protection("a100"));
        Assert.Equal(JsonValueKind.Null, Protection("t4"));

        static JsonValueKind Protection(string name) =>
            Snapshot.Load(name).Only("Microsoft.KeyVault/vaults").At("properties.enablePurgeProtection").ValueKind;
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Telemetry_TakesNoKeys(string name)
    {
        var snapshot = Snapshot.Load(name);

        Assert.True(snapshot.Only("Microsoft.Insights/components").At("properties.DisableLocalAuth").GetBoolean());
        Assert.True(snapshot.Only("Microsoft.OperationalInsights/workspaces").At("properties.features.disableLocalAuth").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Environment_EncryptsAndLogsWithoutAKey(string name)
    {
        var properties = Snapshot.Load(name).Only("Microsoft.App/managedEnvironments").At("properties");

        Assert.True(properties.At("peerTrafficConfiguration.encryption.enabled").GetBoolean());
        Assert.Equal("azure-monitor", properties.At("appLogsConfiguration.destination").GetString());
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void EnvironmentRegistryAndVault_SendTheirLogs(string name)
    {
        var settings = Snapshot.Load(name).Of("Microsoft.Insights/diagnosticSettings");

        Assert.Equal(3, settings.Count);
        Assert.All(settings, setting => Assert.Contains(setting.At("properties.logs").EnumerateArray(), log => log.At("enabled").GetBoolean()));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void EverythingThatCanBeTagged_NamesItsEnvironment(string name)
    {
        string[] cannot = ["blobServices", "containers", "diagnosticSettings", "roleAssignments", "budgets"];

        foreach (var resource in Snapshot.Load(name).All.Where(resource => !cannot.Contains(CompiledTemplate.Type(resource).Split('/')[^1])))
        {
            Assert.True(resource.Has("tags") && resource.At("tags").Has("azd-env-name"), $"{CompiledTemplate.Type(resource)} has no tag azd-env-name.");
        }
    }

    [Fact]
    public void Budget_IsThereWhenSomebodyCanBeTold()
    {
        var budget = Snapshot.Load("a100").Only("Microsoft.Consumption/budgets").At("properties");

        Assert.Equal(500, budget.At("amount").GetInt32());
        Assert.All(budget.At("notifications").EnumerateObject(), entry => Assert.Equal(2, entry.Value.At("contactEmails").GetArrayLength()));
        Assert.Empty(Snapshot.Load("t4").Of("Microsoft.Consumption/budgets"));
    }

    [Fact]
    public void PremiumIngress_RunsOnNodesOfItsOwn()
    {
        var with = Snapshot.Load("a100").Only("Microsoft.App/managedEnvironments").At("properties");
        var without = Snapshot.Load("t4").Only("Microsoft.App/managedEnvironments").At("properties");
        var name = with.At("ingressConfiguration.workloadProfileName").GetString();
        var profile = with.At("workloadProfiles").EnumerateArray().Single(profile => profile.At("name").GetString() == name);

        Assert.InRange(profile.At("minimumCount").GetInt32(), 2, 10);
        Assert.InRange(with.At("ingressConfiguration.requestIdleTimeout").GetInt32(), 4, 30);
        Assert.Equal(2, without.At("workloadProfiles").GetArrayLength());
    }

    /// <summary>Ten times the price pays for gigabytes that are pulled faster; the image without CUDA is not that large.</summary>
    [Fact]
    public void Registry_IsPremiumForLargeImagesOnly()
    {
        Assert.Equal(["Basic", "Premium", "Premium"], new[] { "cpu", "t4", "a100" }.Select(Tier));

        static string? Tier(string name) => Snapshot.Load(name).Only("Microsoft.ContainerRegistry/registries").At("sku.name").GetString();
    }

    [Fact]
    public void EnvironmentWithoutAGpu_HasNoGpuProfile()
    {
        var profile = Assert.Single(Snapshot.Load("cpu").Only("Microsoft.App/managedEnvironments").At("properties.workloadProfiles").EnumerateArray().ToList());

        Assert.Equal("Consumption", profile.At("workloadProfileType").GetString());
    }

    [Fact]
    public void Deployer_GetsRolesOnlyWhenNamed()
    {
        const int OfTheApp = 6;
        const int OfTheDeployer = 4;

        Assert.Equal(OfTheApp, Snapshot.Load("t4").Of("Microsoft.Authorization/roleAssignments").Count);
        Assert.Equal(OfTheApp + OfTheDeployer, Snapshot.Load("a100").Of("Microsoft.Authorization/roleAssignments").Count);
    }
}
