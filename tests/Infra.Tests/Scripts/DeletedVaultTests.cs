using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>A deployment under a name whose vault was deleted, and holds the name for a week.</summary>
public sealed class DeletedVaultTests : IDisposable
{
    private readonly StandInAzure _azure = new(Checkout.WithoutGit);

    public DeletedVaultTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Deploy_WithoutADecision_StopsBeforeAnythingIsMadeAndNamesThem()
    {
        Delete();

        var run = Deploy();

        Assert.Equal(1, run.ExitCode);
        Assert.All(["--deleted-vault recover", "--deleted-vault purge", "RILL_NAME_SALT=2"], way => Assert.Contains(way, run.Errors, StringComparison.Ordinal));
        Assert.Empty(_azure.Changes);
    }

    [SkippableFact]
    public void Deploy_ThatRecovers_HasTheOldKeyAgain()
    {
        Delete();

        var run = Deploy("--deleted-vault", "recover");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("the-key", _azure.Group.Vault!.Secrets["api-key"]);
    }

    [SkippableFact]
    public void Deploy_ThatPurges_MakesANewKey()
    {
        Delete();

        var run = Deploy("--deleted-vault", "purge");
        var again = Deploy("--deleted-vault", "purge");

        Assert.True(run.ExitCode == 0 && again.ExitCode == 0, run.All + again.All);
        Assert.Matches("^[0-9a-f]{64}$", _azure.Group.Vault!.Secrets["api-key"]);
        Assert.Empty(_azure.Cloud.Default.DeletedVaults);
    }

    [SkippableFact]
    public void Deploy_ThatPurgesAProtectedVault_IsRefusedWithTheOtherWays()
    {
        Delete(purgeProtection: true);

        var run = Deploy("--deleted-vault", "purge");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is protected from purging until 2026-12-07", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Changes);
    }

    [SkippableFact]
    public void WhatIf_LeavesTheVaultAsItIs()
    {
        Delete();

        var run = Deploy("--deleted-vault", "purge", "--what-if");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Single(_azure.Cloud.Default.DeletedVaults);
    }

    [SkippableFact]
    public void Deploy_WithASalt_TakesOtherNames()
    {
        Delete();
        _azure.Variables["RILL_NAME_SALT"] = "2";

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.NotEqual(_azure.Cloud.Default.DeletedVaults.Single().Vault.Name, _azure.Group.Vault!.Name);
    }

    [SkippableFact]
    public void Deploy_BesideAnothersDeletedVault_GoesItsWay()
    {
        _azure.Deployed(name: "other");
        AzAccounts.Delete(_azure.Cloud.Default, "rg-other");

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
    }

    private void Delete(bool purgeProtection = false)
    {
        _azure.Deployed(purgeProtection: purgeProtection);
        AzAccounts.Delete(_azure.Cloud.Default, "rg-test");
    }

    private CommandResult Deploy(params string[] more) =>
        _azure.Script("deploy.sh", ["--environment", "test", "--location", "swedencentral", "--gpu", "none", "--image", "cr/rill:a", .. more]);
}
