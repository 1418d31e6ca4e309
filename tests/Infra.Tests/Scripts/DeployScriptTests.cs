using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What scripts/deploy.sh asks of Azure, seen by a stand-in for az.</summary>
public sealed class DeployScriptTests : IDisposable
{
    private const string Image = "cr.example/rill:0123abc";
    private readonly FakeAzure _azure = new();

    public DeployScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Deploy_FirstTime_MakesFoundationThenKeyThenApp()
    {
        Deployed();

        var run = Deploy("--image", Image);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Collection(
            _azure.Changes,
            call => Assert.StartsWith("az deployment sub create --name rill-test --location westus3", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az keyvault secret set --vault-name azure_key_vault_name --name api-key --file ", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az deployment sub create", call, StringComparison.Ordinal));
        Assert.Equal(["", Image], ImagesOfDeployments());
    }

    [SkippableFact]
    public void Deploy_FirstTime_MakesAKeyThatNobodySees()
    {
        Deployed();

        var run = Deploy("--image", Image);

        Assert.Equal([64], _azure.FileLengths); // 32 random bytes in hex
        Assert.DoesNotMatch("[0-9a-f]{64}", run.All + string.Join('\n', _azure.Calls));
        Assert.DoesNotContain("--value", string.Join('\n', _azure.Calls), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Deploy_SecondTime_DeploysTheAppAlone()
    {
        _azure.Answer("Microsoft.App/containerApps --query [?tags", "ca-api").Answer("keyvault secret list", "api-key");
        Deployed();

        var run = Deploy("--image", Image);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.StartsWith("az deployment sub create", Assert.Single(_azure.Changes), StringComparison.Ordinal);
        Assert.Equal([Image], ImagesOfDeployments());
    }

    [SkippableFact]
    public void Deploy_WithoutAnImage_BuildsThatOfTheCommitAndLocksItsTag()
    {
        Deployed();

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains(
            "az acr build --registry azure_container_registry_name --image rill:0123456789ab"
            + " --file FunctionApp/Dockerfile --platform linux/amd64 --timeout 7200 .",
            _azure.Calls);
        Assert.Contains(
            "az acr repository update --name azure_container_registry_name --image rill:0123456789ab --write-enabled false --output none",
            _azure.Calls);
        Assert.Equal(["", "azure_container_registry_endpoint/rill:0123456789ab"], ImagesOfDeployments());
    }

    [SkippableFact]
    public void Deploy_WhenTheCommitsImageIsThere_BuildsNothing()
    {
        _azure.Answer("acr repository show-tags", "0123456789ab");
        Deployed();

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.DoesNotContain(_azure.Calls, call => call.StartsWith("az acr build", StringComparison.Ordinal));
        Assert.Equal("azure_container_registry_endpoint/rill:0123456789ab", ImagesOfDeployments().Last());
    }

    [SkippableFact]
    public void Deploy_OfAChangedCheckout_IsRefusedBeforeAnImageIsBuilt()
    {
        _azure.ChangeCheckout();
        Deployed();

        var run = Deploy();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("changes that no commit names", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(_azure.Calls, call => call.StartsWith("az acr", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void AzdsHook_DeploysAndTellsAzdTheImage()
    {
        Deployed();

        var run = _azure.Run("azd-postprovision.sh", new Dictionary<string, string?> { ["AZURE_ENV_NAME"] = "test", ["AZURE_LOCATION"] = "westus3" });

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("azd env set SERVICE_API_IMAGE_NAME azure_container_registry_endpoint/rill:0123456789ab", _azure.Calls);
    }

    [SkippableFact]
    public void Deploy_WithHttpConcurrency_PatchesTheScaleRuleAfterTheDeployment()
    {
        Deployed();

        var run = Deploy("--image", Image, "--http-concurrency", "32");

        Assert.True(run.ExitCode == 0, run.All);
        var patch = _azure.Changes[^1];
        Assert.StartsWith("az rest --method PATCH", patch, StringComparison.Ordinal);
        Assert.Contains("\"allowScalingRuleOverride\": true", patch, StringComparison.Ordinal);
        Assert.Contains("\"concurrentRequests\": \"32\"", patch, StringComparison.Ordinal);
        Assert.EndsWith("/providers/Microsoft.App/containerApps/service_api_name?api-version=2026-07-01", patch, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Deploy_KeepsTheMonthInWhichTheBudgetBegan()
    {
        _azure.Answer("Microsoft.Consumption/budgets", "2026-03-01T00:00:00Z");
        Deployed();

        Deploy("--image", Image);

        var deployments = _azure.Environments.Where(line => line.StartsWith("deployment sub create", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(deployments);
        Assert.All(deployments, line => Assert.EndsWith("|2026-03-01", line, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Deploy_WithoutTheModel_StopsBeforeTheAppAndSaysWhatToDo()
    {
        _azure.Answer("storage blob list", "0");
        Deployed();

        var run = Deploy("--image", Image);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/upload-model.sh --environment test", run.Errors, StringComparison.Ordinal);
        Assert.Equal([""], ImagesOfDeployments());
    }

    [SkippableFact]
    public void Deploy_WithAModelFromTheHub_AsksNoStorage()
    {
        _azure.Answer("storage blob list", "", exitCode: 1);
        Deployed();

        var run = Deploy("--image", Image, "--model", "hf://Qwen/Qwen3-0.6B");

        Assert.True(run.ExitCode == 0, run.All);
    }

    [SkippableFact]
    public void Deploy_WhenADeploymentFails_StopsThereAndSaysWhereToLook()
    {
        _azure.Answer("deployment sub create", "", exitCode: 1);
        Deployed();

        var run = Deploy("--image", Image);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("az deployment operation sub list", run.Errors, StringComparison.Ordinal);
        Assert.Single(_azure.Changes);
    }

    [SkippableFact]
    public void Deploy_WhenTheRevisionNeverGetsReady_FailsAndNamesTheWayBack()
    {
        _azure.Answer("properties.latestReadyRevisionName", "ca-api--1");
        Deployed();

        var run = Deploy("--image", Image);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/rollback.sh --environment test", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Deploy_WithOutputs_WritesWhatAWorkflowNeeds()
    {
        Deployed();
        var file = Path.GetTempFileName();

        Deploy("--image", Image, "--outputs", file);

        Assert.Equal(["image=" + Image, "app=service_api_name", "url=service_api_uri"], File.ReadAllLines(file));
        File.Delete(file);
    }

    [SkippableFact]
    public void Deploy_FoundationOnly_MakesNoApp()
    {
        Deployed();

        var run = Deploy("--foundation-only");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal([""], ImagesOfDeployments());
    }

    [SkippableFact]
    public void WhatIf_ChangesNothingAndComparesWithTheImageThatRuns()
    {
        _azure.Answer("Microsoft.App/containerApps --query [?tags", "ca-api").Answer("properties.template.containers[0].image", "cr.example/rill:running");
        Deployed();

        var run = Deploy("--what-if");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.StartsWith("az deployment sub what-if", Assert.Single(_azure.Changes), StringComparison.Ordinal);
        Assert.Contains("deployment sub what-if|cr.example/rill:running|", _azure.Environments);
    }

    [SkippableFact]
    public void DryRun_PrintsEveryStepAndCallsNothing()
    {
        var run = Deploy("--dry-run", "--artifact-streaming");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Empty(_azure.Calls);
        Assert.Collection(
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.StartsWith("+ az deployment sub create", line, StringComparison.Ordinal),
            line => Assert.StartsWith("+ az keyvault secret set", line, StringComparison.Ordinal),
            line => Assert.StartsWith("+ az acr build", line, StringComparison.Ordinal),
            line => Assert.StartsWith("+ az acr repository update", line, StringComparison.Ordinal),
            line => Assert.StartsWith("+ az acr artifact-streaming create", line, StringComparison.Ordinal),
            line => Assert.StartsWith("+ az deployment sub create", line, StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("--location is needed", "--environment", "test")]
    [InlineData("--environment takes", "--environment", "Bad_Name", "--location", "x")]
    [InlineData("--gpu takes t4 or a100", "--environment", "test", "--location", "x", "--gpu", "h100")]
    [InlineData("--image takes", "--environment", "test", "--location", "x", "--image", "cr.example/rill:latest")]
    [InlineData("--image takes", "--environment", "test", "--location", "x", "--image", "cr.example/rill@sha256:00")]
    [InlineData("--image needs a value", "--image")]
    [InlineData("--gpus is unknown", "--gpus")]
    public void WrongArguments_AreNamedWithTheUsage(string message, params string[] arguments)
    {
        var run = _azure.Run("deploy.sh", arguments);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Contains("usage: scripts/deploy.sh", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }

    [SkippableFact]
    public void WithoutALogin_SaysHowToLogIn()
    {
        using var azure = new FakeAzure(loggedIn: false);

        var run = azure.Run("deploy.sh", "--environment", "test", "--location", "westus3");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("az login", run.Errors, StringComparison.Ordinal);
    }

    private CommandResult Deploy(params string[] more) => _azure.Run("deploy.sh", ["--environment", "test", "--location", "westus3", .. more]);

    /// <summary>What answers once a deployment went through.</summary>
    private void Deployed() => _azure
        .WithOutputs("AZURE_KEY_VAULT_NAME", "MODEL_STORAGE_ACCOUNT", "SERVICE_API_NAME", "SERVICE_API_URI")
        .WithOutputs("AZURE_CONTAINER_REGISTRY_NAME", "AZURE_CONTAINER_REGISTRY_ENDPOINT")
        .Answer("storage blob list", "1")
        .Answer("RevisionName", "ca-api--2")
        .Answer("ad signed-in-user show", "11111111-1111-1111-1111-111111111111");

    private IEnumerable<string> ImagesOfDeployments() =>
        _azure.Environments.Where(line => line.StartsWith("deployment sub create|", StringComparison.Ordinal)).Select(line => line.Split('|')[1]);
}
