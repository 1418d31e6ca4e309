using System.Globalization;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>deploy.yml says when and where, roll-out.yml how: its jobs, run with stand-ins for az and the scripts.</summary>
public sealed class DeployWorkflowTests : IDisposable
{
    private const string Key = "the-api-key";
    private static readonly WorkflowFile _deploy = new("deploy.yml");
    private static readonly WorkflowFile _rollOut = new("roll-out.yml");
    private readonly JobSimulation _job = new();

    public DeployWorkflowTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");
        _job.Contexts["inputs.name"] = "prod";
        _job.Contexts["inputs.gpu"] = "t4";
        _job.Contexts["inputs.refresh"] = "false";
        _job.Answer("scripts/outputs.sh AZURE_CONTAINER_REGISTRY_ENDPOINT", "crprod.azurecr.io")
            .Answer("scripts/outputs.sh AZURE_KEY_VAULT_NAME", "kv-prod")
            .Answer("keyvault secret show", Key)
            .Answer("scripts/image-tag.sh --backend cpu", "0123456789ab-cpu")
            .Answer("scripts/image-tag.sh", "0123456789ab");
    }

    public void Dispose() => _job.Dispose();

    [SkippableTheory]
    [InlineData("cuda", "false", "crprod.azurecr.io/rill:0123456789ab")]
    [InlineData("cpu", "true", "crprod.azurecr.io/rill:0123456789ab-cpu-DATE")]
    public void Deploy_NamesTheImageByCommitAndBackend(string backend, string refresh, string image)
    {
        _job.Answer("scripts/outputs.sh RILL_TORCH_BACKEND", backend).Contexts["inputs.refresh"] = refresh;

        var steps = _job.Run("roll-out.yml", "deploy");

        Assert.All(steps.SkipLast(1), step => Assert.True(step.Result == "success", step.Output));
        Assert.Equal("skipped", steps[^1].Result);
        var expected = "^" + Regex.Escape(image).Replace("DATE", @"[0-9]{8}\.7", StringComparison.Ordinal) + "$";
        Assert.Matches(expected, _job.Outputs["steps.registry.outputs.image"]);
        Assert.Equal(backend, _job.Outputs["steps.registry.outputs.backend"]);
        Assert.Contains("az acr login --name crprod", _job.Calls);
        Assert.Matches(expected, _job.Calls.Single(call => call.Contains("--outputs", StringComparison.Ordinal)).Split(' ')[2]);
    }

    [SkippableFact]
    public void Deploy_BuildsTheImageOfTheBackendThatTheFoundationNames()
    {
        var image = _rollOut.StepsOf("deploy").Single(step => step.Find("name")?.Text() == "Image").At("with");

        Assert.Equal("TORCH_BACKEND=${{ steps.registry.outputs.backend }}", image.At("build-args").Text());
        Assert.Equal("true", image.At("pull").Text());
        Assert.Equal("${{ steps.registry.outputs.image }}", image.At("tags").Text());
        Assert.Contains("buildcache-${{ steps.registry.outputs.backend }}", image.At("cache-from").Text(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Deploy_KeepsTheKeyOutOfCallsAndLogs()
    {
        var steps = _job.Run("roll-out.yml", "deploy");

        Assert.DoesNotContain(_job.Calls, call => call.Contains(Key, StringComparison.Ordinal));
        Assert.All(steps, step => Assert.DoesNotContain(Key, step.Output.Replace("::add-mask::" + Key, "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("::add-mask::" + Key, steps.Single(step => step.Name == "Smoke test").Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("scripts/smoke.sh")]
    [InlineData("scripts/deploy.sh --image")]
    public void Deploy_ThatFailsAtTheApp_GoesBackAndStaysFailed(string what)
    {
        _job.Answer(what, "it broke", exitCode: 1);

        var steps = _job.Run("roll-out.yml", "deploy");

        Assert.Contains(steps, step => step.Result == "failure");
        Assert.Equal("success", steps[^1].Result);
        Assert.Equal("scripts/rollback.sh --environment prod --failed-image crprod.azurecr.io/rill:0123456789ab", _job.Calls[^1]);
    }

    [SkippableTheory]
    [InlineData("--foundation-only")]
    [InlineData("az acr login")]
    public void Deploy_ThatFailsBeforeTheApp_ChangesNoRevision(string what)
    {
        _job.Answer(what, "it broke", exitCode: 1);

        var steps = _job.Run("roll-out.yml", "deploy");

        Assert.Contains(steps, step => step.Result == "failure");
        Assert.DoesNotContain(_job.Calls, call => call.StartsWith("scripts/rollback.sh", StringComparison.Ordinal) || call.Contains("--image", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Rollback_IsOfTheNamedDeployment()
    {
        _job.Run("roll-out.yml", "rollback");

        Assert.Equal(["scripts/rollback.sh --environment prod"], _job.Calls);
    }

    [SkippableTheory]
    [InlineData(0, "success")]
    [InlineData(1, "failure")]
    public void WhatIf_StandsInTheSummary_AndFailsWithItsScript(int exitCode, string result)
    {
        _job.Answer("--what-if", "Resource changes: 3 to create", exitCode);

        var step = Assert.Single(_job.Run("roll-out.yml", "what-if"));

        Assert.Equal(result, step.Result);
        Assert.Contains("3 to create", File.ReadAllText(Path.Combine(_job.Folder, "runner", "summary")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Login_IsByTokenAlone_WithAnIdentityOfItsOwnForPullRequests()
    {
        foreach (var (job, identity) in ((string, string)[])[("what-if", "AZURE_WHAT_IF_CLIENT_ID"), ("deploy", "AZURE_CLIENT_ID"), ("rollback", "AZURE_CLIENT_ID")])
        {
            var login = Assert.Single(_rollOut.StepsOf(job), step => step.Find("uses")?.Text().StartsWith("azure/login@", StringComparison.Ordinal) == true).At("with");

            Assert.Equal(["client-id", "tenant-id", "subscription-id"], login.Entries().Select(entry => entry.Name));
            Assert.Equal($"${{{{ vars.{identity} }}}}", login.At("client-id").Text());
        }
    }

    [SkippableFact]
    public void Environments_AreThoseWhoseReviewersApprove()
    {
        string Environment(string job) => _deploy.Root.At($"jobs.{job}.with.environment").Text();

        Assert.Equal(("staging", "production", "production"), (Environment("staging"), Environment("production"), Environment("rollback")));
        Assert.All((string[])["deploy", "rollback"], job => Assert.Equal("${{ inputs.environment }}", _rollOut.Root.At($"jobs.{job}.environment").Text()));
        Assert.Null(_deploy.Root.At("jobs.what-if.with").Find("environment"));
        Assert.Null(_rollOut.Root.At("jobs.what-if").Find("environment"));
    }

    [SkippableFact]
    public void Production_ComesAfterStagingUnlessItFailed()
    {
        var condition = _deploy.Root.At("jobs.production.if").Text();

        Assert.Equal("staging", _deploy.Root.At("jobs.production.needs").Text());
        Assert.Contains("needs.staging.result == 'success' || needs.staging.result == 'skipped'", condition, StringComparison.Ordinal);
        Assert.StartsWith("!cancelled() &&", condition, StringComparison.Ordinal);
        Assert.Equal("none", _deploy.Root.At("jobs.staging.with.gpu").Text());
    }

    [SkippableFact]
    public void PullRequests_OnlyAsk()
    {
        foreach (var (name, job) in _deploy.Jobs)
        {
            var condition = job.At("if").Text();

            Assert.Equal(name == "what-if", condition.Contains("github.event_name == 'pull_request'", StringComparison.Ordinal));
            Assert.Equal(name == "what-if" ? "what-if" : name == "rollback" ? "rollback" : "deploy", job.At("with.action").Text());
        }

        Assert.Equal("false", _deploy.Root.At("concurrency.cancel-in-progress").Text());
    }
}
