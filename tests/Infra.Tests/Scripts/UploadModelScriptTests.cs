using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>Where scripts/upload-model.sh puts a model.</summary>
public sealed class UploadModelScriptTests : IDisposable
{
    private readonly StandInAzure _azure = new(Checkout.WithoutGit);

    public UploadModelScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableTheory]
    [InlineData("rill-mini")]
    [InlineData("org/name", "--name", "org/name")]
    public void Upload_PushesToTheDeploymentsContainer_AndDeployFindsIt(string name, params string[] more)
    {
        _azure.Deployed();

        var first = Upload(["models/rill-mini", .. more]);
        var second = Upload(["models/rill-mini", .. more]);
        var deployed = _azure.Script("deploy.sh", "--environment", "test", "--location", "swedencentral", "--image", "cr/rill:a", "--model", name);

        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.All + second.All);
        Assert.Contains(name + "/config.json", _azure.Group.Models!.Blobs);
        Assert.True(deployed.ExitCode == 0, deployed.All);
        Assert.Contains($"\nmodel={name}\n", _azure.App.Latest.Template, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Upload_LogsInWhereTheSubscriptionIs()
    {
        _azure.Deployed();
        _azure.Cloud.Subscriptions.Reverse(); // az's default is now another one, of another tenant
        _azure.Variables["AZURE_SUBSCRIPTION_ID"] = _azure.Cloud.Subscriptions[1].Id;

        var run = Upload("models/rill-mini");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(_azure.Cloud.Subscriptions[1].Tenant, _azure.LastVariable("rill models push", "AZURE_TENANT_ID"));
    }

    [SkippableFact]
    public void Upload_WhileTheRoleDoesNotCountYet_TriesAgain()
    {
        _azure.Cloud.RefusalsOfNewRoles = 3;
        _azure.Deployed(image: "");

        var run = Upload("models/rill-mini");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("does not let us in yet", run.Errors, StringComparison.Ordinal);
        Assert.NotEmpty(_azure.Group.Models!.Blobs);
    }

    [SkippableFact]
    public void Upload_OfSomethingElse_IsRefused()
    {
        var run = Upload("scripts");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds no config.json", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }

    [SkippableFact]
    public void Upload_BeforeADeployment_SaysWhatToDoFirst()
    {
        var run = Upload("models/rill-mini");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/deploy.sh --environment test", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Upload_WithoutTheSdk_SaysWhatItIsForAndWhatDoesWithoutIt()
    {
        _azure.Deployed().Variables["RILL_COMMAND"] = null;
        _azure.HideProgram("dotnet");

        var run = Upload("models/rill-mini");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(".NET SDK 10 is needed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("--model hf://", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void DryRun_CallsNothing()
    {
        var run = Upload("--dry-run", "models/rill-mini");

        Assert.StartsWith("+ ", run.Output, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }

    private CommandResult Upload(params string[] arguments) => _azure.Script("upload-model.sh", ["--environment", "test", .. arguments]);
}
