using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What can be wrong in Azure, what scripts/deploy.sh says to it, and that it goes on once it is right.</summary>
public sealed class DeployFailureTests : IDisposable
{
    private const string Image = "ghcr.example/rill:0123abc";
    private readonly StandInAzure _azure = new();

    public DeployFailureTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Roles_ThatDoNotCountYet_AreWaitedFor()
    {
        _azure.Cloud.RefusalsOfNewRoles = 3; // of the vault, the storage, the registry and the app's identity, each by itself

        var run = Deploy("--foundation-only");
        _azure.Group.Models!.Blobs.Add("mine/config.json");
        var app = Deploy("--model", "mine");

        Assert.True(run.ExitCode == 0 && app.ExitCode == 0, run.All + app.All);
        Assert.All(["vault kv-", "storage account stmodel", "registry cr", "the vault (for the app's identity)"], what =>
            Assert.Contains(what, run.Errors + app.Errors, StringComparison.Ordinal));
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
    }

    [SkippableTheory]
    [InlineData("Key Vault Secrets Officer", "vault kv-")]
    [InlineData("AcrPush", "registry cr")]
    [InlineData("Storage Blob Data Contributor", "storage account stmodel", "--model", "mine")]
    public void Role_ThatNeverCounts_IsNamedWithWhatToDo(string role, string what, params string[] more)
    {
        _azure.Deployed();
        _azure.Refuse(what.Split(' ')[^1]);
        _azure.Variables["RILL_ROLE_ATTEMPTS"] = "3";

        var run = Deploy(more);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(what, run.Errors, StringComparison.Ordinal);
        Assert.Contains($"It takes the role {role}: set AZURE_PRINCIPAL_ID", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Key_ThatTheVaultDoesNotTake_IsNowhereAfterwards()
    {
        _azure.Variables["AZURE_PRINCIPAL_ID"] = "somebody-else"; // who gets the roles in the user's place
        _azure.Variables["RILL_ROLE_ATTEMPTS"] = "2";
        var scratch = Path.Combine(_azure.Folder, "scratch");
        Directory.CreateDirectory(scratch);
        _azure.Variables["TMPDIR"] = scratch;

        var run = Deploy("--foundation-only");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("set AZURE_PRINCIPAL_ID to the object id of who runs this", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));
    }

    [SkippableFact]
    public void RoleOfTheApp_ThatNeverCounts_IsNamed()
    {
        _azure.Deployed().Group.Vault!.Refuse(AzDeployments.AppIdentity);
        _azure.Variables["RILL_ROLE_ATTEMPTS"] = "2";

        var run = Deploy("--image", "cr/rill:b");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Unable to get value using Managed identity", run.Errors, StringComparison.Ordinal);
        Assert.Contains("the vault (for the app's identity) refuses us", run.Errors, StringComparison.Ordinal);
        Assert.EndsWith("the deployment gives it; wait some minutes, and run this again.\n", run.Errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("foundation")]
    [InlineData("app")]
    public void Deployment_ThatFailsHalfWay_GoesOnWhenRunAgain(string step)
    {
        _azure.Cloud.HalfWay.Add(step);

        var failed = Deploy("--image", Image);
        var again = Deploy("--image", Image);

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("az deployment operation sub list", failed.Errors, StringComparison.Ordinal);
        Assert.True(again.ExitCode == 0, again.All);
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
    }

    [SkippableTheory]
    [InlineData("az", "https://learn.microsoft.com/cli/azure/install-azure-cli")]
    [InlineData("docker", "https://docs.docker.com/engine/install", "--build", "local")]
    public void Program_ThatIsMissing_IsNamedWithWhereToGetIt(string program, string address, params string[] more)
    {
        _azure.Deployed().HideProgram(program);

        var run = Deploy(more);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{program} is needed: {address}", run.Errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Login_ThatIsMissingOrOver_IsSaidBeforeAnythingIsMade(bool loggedIn)
    {
        (_azure.Cloud.LoggedIn, _azure.Cloud.LoginExpired) = (loggedIn, loggedIn);

        var run = Deploy();

        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith("run: az login\n", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Changes);
    }

    [SkippableFact]
    public void Subscription_OtherThanAzsDefault_IsWhereEverythingIsMade()
    {
        var second = _azure.Cloud.Subscriptions[1];
        _azure.Variables["AZURE_SUBSCRIPTION_ID"] = second.Id;

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Empty(_azure.Cloud.Default.Groups);
        Assert.NotNull(Assert.Single(second.Groups.Values).App);
        Assert.All(_azure.Calls.Where(call => call.StartsWith("az ", StringComparison.Ordinal)), call =>
            Assert.EndsWith("--subscription " + second.Id, call, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Subscription_ThatAzDoesNotKnow_IsRefused()
    {
        _azure.Variables["AZURE_SUBSCRIPTION_ID"] = "elsewhere";

        var run = Deploy();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("az does not know subscription elsewhere", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Changes);
    }

    [SkippableTheory]
    [InlineData("offers no Consumption-GPU-NC8as-T4. These did in April 2026: australiaeast ", "eastus2", "t4")]
    [InlineData("offers no Consumption-GPU-NC24-A100", "westeurope", "a100")]
    [InlineData("Azure does not tell what region atlantis offers", "atlantis", "none")]
    public void Region_ThatDoesNotOfferIt_IsRefusedBeforeAnythingIsMade(string message, string region, string gpu)
    {
        var run = Deploy("--location", region, "--gpu", gpu);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Changes);
    }

    [SkippableFact]
    public void Region_ThatIsNewerThanTheList_IsTakenWhereAzureOffersIt()
    {
        _azure.Cloud.Regions["newland"] = ["Consumption-GPU-NC8as-T4"];

        var run = Deploy("--location", "newland", "--image", Image);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("false", _azure.LastVariable("az deployment sub create", "RILL_CHECK_REGION"));
    }

    [SkippableFact]
    public void Registry_ThatBuildsNothing_IsSaidWithBothWaysOut()
    {
        _azure.Deployed().Cloud.Default.RegistriesBuild = false;

        var run = Deploy();
        var local = Deploy("--build", "local");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--build local", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--image REF", run.Errors, StringComparison.Ordinal);
        Assert.True(local.ExitCode == 0, local.All);
    }

    [SkippableFact]
    public void Quota_OfOneGpu_HoldsTheNewRevisionBack_UntilTheOldOneIsStoppedFirst()
    {
        _azure.Cloud.GpuQuota = 1;
        _azure.Deployed("cr/rill:a");

        var refused = Deploy("--image", "cr/rill:b");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--stop-first", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("scripts/rollback.sh --environment test", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("cr/rill:a", _azure.App.Ready!.Image); // it goes on serving

        var run = Deploy("--image", "cr/rill:b", "--stop-first");
        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("cr/rill:b", _azure.App.Ready!.Image);
    }

    [SkippableFact]
    public void ScaleRule_ThatMakesAzureRefuseTheTemplate_IsGivenBackForIt_AndSetAgain()
    {
        _azure.Deployed("cr/rill:a").App.Scale("32");
        _azure.Cloud.RefusesTemplateOverOwnRules = true;

        var run = Deploy("--image", "cr/rill:b");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("giving it back for the deployment", run.Errors, StringComparison.Ordinal);
        Assert.Equal(("cr/rill:b", "32"), (_azure.App.Ready!.Image, _azure.App.HttpConcurrency));
    }

    [SkippableFact]
    public void StopFirst_WhereNothingIsNew_StartsTheStoppedRevisionAgain()
    {
        _azure.Deployed(Image).Variables["RILL_STOP_FIRST"] = "true";

        var run = Deploy("--image", Image);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Single(_azure.App.Revisions);
        Assert.True(_azure.App.Latest.Active);
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
    }

    private CommandResult Deploy(params string[] more) => _azure.Script("deploy.sh", ["--environment", "test", "--location", "swedencentral", .. more]);
}
