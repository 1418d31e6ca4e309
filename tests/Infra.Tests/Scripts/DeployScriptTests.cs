using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What scripts/deploy.sh makes, asks and leaves alone, in an Azure that keeps state.</summary>
public sealed class DeployScriptTests : IDisposable
{
    private const string Image = "ghcr.example/rill:0123abc";
    private readonly StandInAzure _azure = new();

    public DeployScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Deploy_FirstTime_MakesFoundationThenKeyThenImageThenApp()
    {
        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Collection(
            _azure.Changes,
            call => Assert.StartsWith("az deployment sub create --name rill-test --location swedencentral", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az keyvault secret set", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az acr build", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az acr repository update", call, StringComparison.Ordinal),
            call => Assert.StartsWith("az deployment sub create", call, StringComparison.Ordinal));
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
    }

    [SkippableFact]
    public void Deploy_FirstTime_MakesAKeyThatNobodySees()
    {
        var run = Deploy("--foundation-only");

        Assert.Null(_azure.Group.App);

        var key = _azure.Group.Vault!.Secrets["api-key"];
        Assert.Matches("^[0-9a-f]{64}$", key); // 32 random bytes
        Assert.DoesNotContain(key, run.All + string.Join('\n', _azure.Calls), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Deploy_SecondTime_ChangesNothing()
    {
        Deploy("--gpu", "none", "--http-concurrency", "32");
        var (key, revisions) = (_azure.Group.Vault!.Secrets["api-key"], _azure.App.Revisions.Count);
        _azure.ForgetCalls();

        var run = Deploy("--gpu", "none");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(["az deployment sub create", "az rest"], _azure.Changes.Select(FirstWords));
        Assert.Equal(key, _azure.Group.Vault.Secrets["api-key"]);
        Assert.Equal(_azure.App.Revisions[0].Template, _azure.App.Latest.Template);
        Assert.Equal("32", _azure.App.HttpConcurrency);
        Assert.True(revisions < _azure.App.Revisions.Count); // the price of an own rule: each PATCH makes a revision
    }

    /// <summary>Without its options once more: a forgotten <c>--gpu</c> must not ask for a GPU, a forgotten salt not make another deployment.</summary>
    [SkippableFact]
    public void Deploy_WithoutItsOptions_KeepsWhatTheDeploymentHas()
    {
        _azure.Cloud.GpuQuota = 0;
        _azure.Variables["RILL_NAME_SALT"] = "2";
        Deploy("--gpu", "none", "--model", "hf://Org/Small", "--image", Image);
        _azure.Variables.Remove("RILL_NAME_SALT");
        var (app, template) = (_azure.App.Name, _azure.App.Latest.Template);

        var again = Deploy("--image", Image);
        var other = Deploy("--image", Image, "--model", "");

        Assert.True(again.ExitCode == 0 && other.ExitCode == 0, again.All + other.All);
        Assert.Equal(app, _azure.App.Name);
        Assert.Contains("gpu=none", template, StringComparison.Ordinal);
        Assert.Contains("model=hf://Org/Small\n", template, StringComparison.Ordinal);
        Assert.Equal([template, template.Replace("hf://Org/Small", "", StringComparison.Ordinal)], _azure.App.Revisions.Select(revision => revision.Template));
    }

    [SkippableFact]
    public void Deploy_WithoutAnImage_BuildsThatOfTheCommitAndLocksItsTag()
    {
        var run = Deploy();

        var commit = _azure.Bash("git rev-parse --short=12 HEAD").Output.Trim();
        var tag = Assert.Single(_azure.Group.Registry!.Repositories["rill"]);
        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal((commit, true), (tag.Key, tag.Value));
        Assert.Equal($"{_azure.Group.Registry.Server}/rill:{commit}", _azure.App.Latest.Image);
        Assert.Contains(_azure.Calls, call => call.Contains("--build-arg TORCH_BACKEND=cuda --platform linux/amd64 --timeout 7200 .", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Deploy_WithoutAGpu_BuildsAndRunsWhatNeedsNone()
    {
        _azure.Cloud.GpuQuota = 0;
        var run = Deploy("--gpu", "none", "--location", "eastus2");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.EndsWith("-cpu", _azure.App.Latest.Image, StringComparison.Ordinal);
        Assert.Contains("\ngpu=none\n", _azure.App.Latest.Template, StringComparison.Ordinal);
        Assert.Contains("\nmodel=\n", _azure.App.Latest.Template, StringComparison.Ordinal); // that in the image: nothing to upload
    }

    [SkippableFact]
    public void Deploy_WithoutACommit_NamesTheImageByItsContent()
    {
        using var azure = new StandInAzure(Checkout.WithoutCommit);
        string[] arguments = ["--environment", "test", "--location", "swedencentral", "--gpu", "none"];

        var first = azure.Script("deploy.sh", arguments);
        var image = azure.App.Latest.Image;
        File.AppendAllText(Path.Combine(azure.Folder, "FunctionApp", "Dockerfile"), "# changed\n");
        var second = azure.Script("deploy.sh", arguments);

        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.All + second.All);
        Assert.Matches(":tree-[0-9a-f]{12}-cpu$", image);
        Assert.Equal(2, azure.App.Revisions.Count);
        Assert.NotEqual(image, azure.App.Latest.Image);
    }

    [SkippableFact]
    public void Deploy_OfAChangedCheckout_NamesTheImageByItsContent()
    {
        File.AppendAllText(Path.Combine(_azure.Deployed().Folder, "FunctionApp", "Dockerfile"), "# changed\n");

        var run = Deploy();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Matches(":tree-[0-9a-f]{12}$", _azure.App.Latest.Image);
    }

    [SkippableFact]
    public void Deploy_WithADockerOfOnesOwn_BuildsHereAndPushes()
    {
        _azure.Deployed();

        var run = Deploy("--build", "local");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains(_azure.App.Latest.Image, _azure.Others.LocalImages);
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
        Assert.DoesNotContain(_azure.Calls, call => call.StartsWith("az acr build", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Deploy_WithHttpConcurrency_KeepsTheRuleUntilItIsGivenBack()
    {
        _azure.Deployed(Image).App.Scale("32");

        Deploy("--image", Image);
        Assert.Equal("32", _azure.App.HttpConcurrency);

        var back = Deploy("--image", Image, "--http-concurrency", "0");
        Assert.True(back.ExitCode == 0, back.All);
        Assert.Null(_azure.App.HttpConcurrency);
        _azure.ForgetCalls();

        Deploy("--image", Image, "--http-concurrency", "0");
        Assert.DoesNotContain(_azure.Calls, call => call.StartsWith("az rest", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Deploy_KeepsTheMonthInWhichTheBudgetBegan()
    {
        _azure.Deployed(Image).Group.BudgetStart = "2026-03-01";

        var run = Deploy("--image", Image);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("2026-03-01", _azure.LastVariable("az deployment sub create", "RILL_BUDGET_START"));
    }

    [SkippableFact]
    public void Deploy_WithoutTheModel_StopsBeforeTheAppAndSaysWhatToDo()
    {
        var run = Deploy("--image", Image, "--model", "org/mine");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/upload-model.sh --environment test --name org/mine", run.Errors, StringComparison.Ordinal);
        Assert.Null(_azure.Group.App);
    }

    [SkippableFact]
    public void Deploy_WithAModelFromTheHub_AsksNoStorage()
    {
        var run = _azure.Deployed(Image).Script("deploy.sh", "--environment", "test", "--location", "swedencentral", "--image", Image, "--model", "hf://Qwen/Qwen3-0.6B");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("model=hf://Qwen/Qwen3-0.6B", _azure.App.Latest.Template, StringComparison.Ordinal);
        Assert.DoesNotContain(_azure.Calls, call => call.StartsWith("az storage", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Deploy_WithOutputs_WritesWhatAWorkflowNeeds()
    {
        _azure.Deployed(Image);

        var run = Deploy("--image", Image, "--outputs", "outputs");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(
            ["image=" + Image, "app=" + _azure.App.Name, $"url=https://{_azure.App.Name}.example.swedencentral.azurecontainerapps.io"],
            File.ReadAllLines(Path.Combine(_azure.Folder, "outputs")));
    }

    [SkippableFact]
    public void WhatIf_ChangesNothingAndComparesWithTheImageThatRuns()
    {
        _azure.Deployed(Image);

        var run = Deploy("--what-if");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("az deployment sub what-if", FirstWords(Assert.Single(_azure.Changes)));
        Assert.Contains($"test with {Image}", run.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Check_MakesNothing()
    {
        var run = Deploy("--check");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Empty(_azure.Changes);
        Assert.Contains("quota", run.Errors, StringComparison.Ordinal);
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

    /// <summary>Azure's own compiler takes the parameter file as the script's variables fill it.</summary>
    [SkippableFact]
    public void Deploy_SetsVariablesThatTheParameterFileTakes()
    {
        BicepCompiler.SkipUnlessAvailable();
        _azure.Deployed();
        Deploy("--gpu", "none", "--image", Image, "--model", "hf://Qwen/Qwen3-0.6B");

        var compiled = Support.Command.RunIn(
            _azure.Folder, Repository.Metadata("Bicep"), ["build-params", "infra/main.bicepparam", "--stdout"], _azure.VariablesOf("az deployment sub create"));

        Assert.True(compiled.ExitCode == 0, compiled.All);
        using var output = System.Text.Json.JsonDocument.Parse(compiled.Output);
        using var parameters = System.Text.Json.JsonDocument.Parse(output.RootElement.GetProperty("parametersJson").GetString()!);
        string Value(string name) => parameters.RootElement.At($"parameters.{name}.value").ToString();
        Assert.Equal(("none", Image, "hf://Qwen/Qwen3-0.6B", "False"), (Value("gpu"), Value("image"), Value("model"), Value("checkRegion")));
        Assert.Equal(Cloud.User, Value("deployerPrincipalId"));
    }

    private static string FirstWords(string call) => string.Join(' ', call.Split(' ').TakeWhile((word, place) => place < 2 || !word.StartsWith('-')).Take(4));

    private CommandResult Deploy(params string[] more) => _azure.Script("deploy.sh", ["--environment", "test", "--location", "swedencentral", .. more]);
}
