using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>azure.yaml and its hooks, as azd runs them.</summary>
public sealed class AzdTests : IDisposable
{
    private readonly StandInAzure _azure = new(Checkout.WithoutCommit); // what azd init -t leaves

    public AzdTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Up_MakesEverything_AndAgainChangesNothing()
    {
        var run = _azure.Bash("azd auth login && azd env new rill && azd env set RILL_GPU none && azd up");
        var (key, revisions) = (_azure.Group.Vault!.Secrets["api-key"], _azure.App.Revisions.Count);
        var again = _azure.Bash("azd up");

        Assert.True(run.ExitCode == 0 && again.ExitCode == 0, run.All + again.All);
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
        Assert.Equal(_azure.App.Latest.Image, _azure.Azd.Values["SERVICE_API_IMAGE_NAME"]);
        Assert.Equal((key, revisions), (_azure.Group.Vault.Secrets["api-key"], _azure.App.Revisions.Count));
    }

    [SkippableFact]
    public void Up_WithAnotherDefaultInAz_MakesEverythingInAzdsSubscription()
    {
        _azure.Azd.Answers = (_azure.Cloud.Subscriptions[1].Id, "swedencentral");

        var run = _azure.Bash("azd auth login && azd env new rill && azd env set RILL_GPU none && azd up");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Empty(_azure.Cloud.Default.Groups);
        Assert.NotNull(Assert.Single(_azure.Cloud.Subscriptions[1].Groups.Values).App);
    }

    [SkippableFact]
    public void Provision_SetsTheScaleRuleAgain_ThatAzdsOwnDeploymentResets()
    {
        _azure.Bash("azd auth login && azd env new rill && azd env set RILL_GPU none && azd env set RILL_HTTP_CONCURRENCY 32 && azd up");

        var run = _azure.Bash("azd provision");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("32", _azure.App.HttpConcurrency);
    }

    [SkippableTheory]
    [InlineData("azd env new", "azd env new Rill", "swedencentral")]
    [InlineData("offers no Consumption-GPU-NC8as-T4", "azd env new rill", "eastus2")]
    public void Up_OfWhatWouldFailLater_IsRefusedBeforeAnythingIsMade(string message, string environment, string location)
    {
        _azure.Azd.Answers = (_azure.Cloud.Default.Id, location);

        var run = _azure.Bash($"azd auth login && {environment} && azd up");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Cloud.Default.Groups);
    }

    [SkippableFact]
    public void Up_WithoutALoginOfAz_SaysSoBeforeAnythingIsMade()
    {
        _azure.Cloud.LoggedIn = false;

        var run = _azure.Bash("azd auth login && azd env new rill && azd up");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("run: az login", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Cloud.Default.Groups);
    }

    [SkippableFact]
    public void Provision_BeforeAzdHasARegion_SaysHowToSetIt()
    {
        var run = _azure.Bash("azd auth login && azd env new rill && azd provision");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("azd env set AZURE_SUBSCRIPTION_ID VALUE", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Cloud.Default.Groups);
    }

    [SkippableFact]
    public void Deploy_BuildsTheImageOfTheGpu_WhenItHasTimeEnough()
    {
        _azure.Bash("azd auth login && azd env new rill && azd env set RILL_GPU none && azd up");
        var first = _azure.App.Latest.Image;

        var tooShort = _azure.Bash("azd deploy");
        var run = _azure.Bash("azd deploy --timeout 7200");
        Assert.Contains("timed out after 1200 seconds", tooShort.Errors, StringComparison.Ordinal);
        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("TORCH_BACKEND=cpu", _azure.Azd.BuildArguments); // by the template's output

        _azure.Bash("azd env set RILL_TORCH_BACKEND '' && AZD_DEPLOY_TIMEOUT=7200 azd deploy");
        Assert.Equal("TORCH_BACKEND=cuda", _azure.Azd.BuildArguments);

        _azure.Bash("azd provision");
        Assert.Equal(first, _azure.App.Latest.Image); // the next provision deploys what the checkout says
    }

    [SkippableFact]
    public void Down_TakesAllAway_AndTheSameNameComesAgain()
    {
        _azure.Bash("azd auth login && azd env new rill && azd env set RILL_GPU none && azd up");

        _azure.Bash("azd down --force");
        Assert.Empty(_azure.Cloud.Default.Groups);
        Assert.Equal("", _azure.Azd.Values["RILL_BUDGET_START"]);
        var refused = _azure.Bash("azd up");
        Assert.Contains("RILL_DELETED_VAULT=recover", refused.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Cloud.Default.Groups);

        var recovered = _azure.Bash("azd env set RILL_DELETED_VAULT recover && azd up");
        Assert.True(recovered.ExitCode == 0, recovered.All);

        _azure.Bash("azd down --force --purge");
        Assert.Empty(_azure.Cloud.Default.DeletedVaults);
        Assert.Equal(0, _azure.Bash("azd env set AZURE_LOCATION swedencentral && azd provision").ExitCode);
    }

    [SkippableFact]
    public void Hook_WithoutASubscription_MakesNothing()
    {
        _azure.Variables["AZURE_ENV_NAME"] = "rill";
        _azure.Variables["AZURE_LOCATION"] = "swedencentral";

        var run = _azure.Script("azd-postprovision.sh");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("AZURE_SUBSCRIPTION_ID is not set", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }
}
