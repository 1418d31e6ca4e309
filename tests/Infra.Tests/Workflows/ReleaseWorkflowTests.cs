using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Workflows;

/// <summary>release.yml, refresh.yml and ci.yml: their jobs, run with stand-ins for docker, gh, func and the scripts.</summary>
public sealed class ReleaseWorkflowTests : IDisposable
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly JobSimulation _job = new();

    public ReleaseWorkflowTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");
        _job.Contexts["github.token"] = "the-token";
    }

    public void Dispose() => _job.Dispose();

    [SkippableFact]
    public void Notes_OfATagThatIsNotTheVersion_StopTheRelease()
    {
        _job.Answer("scripts/release-notes.sh v1.2.3", "", exitCode: 1);

        Assert.Equal("failure", Assert.Single(_job.Run("release.yml", "notes")).Result);
        Assert.All(new WorkflowFile("release.yml").Jobs.Where(job => job.Name != "notes"), job => Assert.NotNull(job.Value.Find("needs")));
        Assert.Equal("notes", new WorkflowFile("release.yml").Root.At("jobs.ci.needs").Text());
    }

    [SkippableFact]
    public void Archive_IsTriedBeforeItIsSigned()
    {
        Write("artifacts/rill-1.2.3-linux-x64.tar.gz", "");
        Write("artifacts/rill-1.2.3-linux-x64.cdx.json", "");

        var steps = _job.Run("release.yml", "archive");

        Assert.All(steps, step => Assert.True(step.Result == "success", step.Output));
        Assert.Equal(["scripts/package.sh ", "scripts/try-archive.sh artifacts/rill-1.2.3-linux-x64.tar.gz"], _job.Calls);
        Assert.Equal("artifacts/rill-1.2.3-linux-x64.cdx.json", _job.Outputs["steps.package.outputs.sbom"]);
        var order = new WorkflowFile("release.yml").StepsOf("archive").Select(step => (step.Find("run") ?? step.Find("uses"))!.Text()).ToList();
        Assert.True(order.FindIndex(step => step.Contains("try-archive", StringComparison.Ordinal)) < order.FindIndex(step => step.StartsWith("actions/attest@", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void Image_IsTriedThenPushedUnderItsVersion_AndItsDigestIsTold()
    {
        Write("pushed.json", $"{{\n  \"containerimage.digest\": \"{Digest}\",\n  \"image.name\": \"x\"\n}}\n");

        var steps = _job.Run("release.yml", "image");

        Assert.All(steps, step => Assert.True(step.Result == "success", step.Output));
        Assert.Equal(("ghcr.io/some/rill", Digest), (_job.Outputs["steps.push.outputs.image"], _job.Outputs["steps.push.outputs.digest"]));
        var push = _job.Calls.ToList().FindIndex(call => call.Contains("--push", StringComparison.Ordinal));
        Assert.Contains("--tag ghcr.io/some/rill:1.2.3-cpu ", _job.Calls[push], StringComparison.Ordinal);
        Assert.Contains("--sbom=true --provenance=mode=max", _job.Calls[push], StringComparison.Ordinal);
        Assert.InRange(_job.Calls.ToList().IndexOf("scripts/try-image.sh rill:release"), 1, push - 1);
        Assert.DoesNotContain(_job.Calls, call => call.Contains("the-token", StringComparison.Ordinal));
        Assert.Contains("the-token", _job.Input);
    }

    [SkippableTheory]
    [InlineData("scripts/try-image.sh")]
    [InlineData("docker login")]
    [InlineData("docker buildx build --push")]
    public void Image_ThatFails_IsNotSigned(string what)
    {
        Write("pushed.json", "{}");
        _job.Answer(what, "it broke", exitCode: 1);

        Assert.Equal("failure", _job.Run("release.yml", "image").First(step => step.Result != "success").Result);
        Assert.DoesNotContain("steps.push.outputs.digest", _job.Outputs.Keys);
    }

    [SkippableFact]
    public void Image_WhosePushTellsNoDigest_Fails()
    {
        Write("pushed.json", "{}");

        Assert.Contains("The push told no digest", _job.Run("release.yml", "image")[^1].Output, StringComparison.Ordinal);
        Assert.Empty(_job.Outputs);
    }

    [SkippableFact]
    public void Publish_OfFilesThatAreWhole_MakesADraftPublic()
    {
        Write("rill-1.2.3-linux-x64.tar.gz", "archive");
        Write("rill-1.2.3-linux-x64.cdx.json", "{}");
        Write("SHA256SUMS", Command.Run("bash", ["-c", $"cd '{_job.Folder}' && sha256sum rill-*"]).Output);

        var step = Assert.Single(_job.Run("release.yml", "publish"));

        Assert.True(step.Result == "success", step.Output);
        Assert.Equal(
            [
                "gh release create v1.2.3 --repo Some/Rill --verify-tag --draft --title Rill 1.2.3 --notes-file notes.md rill-1.2.3-linux-x64.tar.gz rill-1.2.3-linux-x64.cdx.json SHA256SUMS",
                "gh release edit v1.2.3 --repo Some/Rill --draft=false",
            ],
            _job.Calls);
    }

    [SkippableFact]
    public void Publish_OfAFileThatIsNotWhole_MakesNothing()
    {
        Write("rill-1.2.3-linux-x64.tar.gz", "arch");
        Write("SHA256SUMS", new string('0', 64) + "  rill-1.2.3-linux-x64.tar.gz\n");

        Assert.Equal("failure", Assert.Single(_job.Run("release.yml", "publish")).Result);
        Assert.Empty(_job.Calls);
    }

    [SkippableFact]
    public void Publish_WhoseUploadFails_LeavesADraft()
    {
        Write("rill-1.2.3-linux-x64.tar.gz", "archive");
        Write("SHA256SUMS", Command.Run("bash", ["-c", $"cd '{_job.Folder}' && sha256sum rill-*"]).Output);
        _job.Answer("gh release create", "", exitCode: 1);

        Assert.Equal("failure", Assert.Single(_job.Run("release.yml", "publish")).Result);
        Assert.DoesNotContain(_job.Calls, call => call.StartsWith("gh release edit", StringComparison.Ordinal));
    }

    /// <summary>The job that may write to the repository runs nothing that was built: no checkout, no script.</summary>
    [SkippableFact]
    public void Publish_RunsNothingOfTheRepository() =>
        Assert.DoesNotContain(
            new WorkflowFile("release.yml").StepsOf("publish"),
            step => step.Find("uses")?.Text().StartsWith("actions/checkout", StringComparison.Ordinal) == true || step.Find("run")?.Text().Contains("scripts/", StringComparison.Ordinal) == true);

    [SkippableFact]
    public void Refresh_StartsADeploymentWithInputsThatItHas()
    {
        var inputs = new WorkflowFile("deploy.yml").Root.At("on.workflow_dispatch.inputs").Entries().Select(input => input.Name);

        Assert.Equal("success", Assert.Single(_job.Run("refresh.yml", "deploy")).Result);
        var call = Assert.Single(_job.Calls).Split(' ');
        Assert.Equal(["gh", "workflow", "run", "deploy.yml"], call[..4]);
        Assert.Equal(["action=deploy", "refresh=true"], call.Where(word => word.Contains('=', StringComparison.Ordinal)));
        Assert.Superset(new HashSet<string>(["action", "refresh"]), inputs.ToHashSet());
    }

    [SkippableTheory]
    [InlineData("exec sleep 60", 0, "success")]
    [InlineData("exec sleep 60", 1, "failure")]
    [InlineData("exit 1", 0, "failure")]
    public void Ci_UnderTheRealHost_FailsWithItsSmokeTest_AndShowsTheHostsLog(string host, int smoke, string result)
    {
        _job.Install("programs/func", $"#!/usr/bin/env bash\necho \"the host's log\"\necho $$ >\"$SIMULATION/started\"\n{host}\n");
        _job.Install("scripts/smoke.sh", $"#!/usr/bin/env bash\nuntil [ -s \"$SIMULATION/started\" ]; do sleep 0.05; done; [ '{host}' != 'exit 1' ] || while kill -0 $(<\"$SIMULATION/started\"); do sleep 0.05; done\nexit {smoke}\n");

        var step = _job.Run("ci.yml", "functions-host")[^1];

        Assert.True(step.Result == result, step.Output);
        Assert.Equal(result == "failure", step.Output.Contains("the host's log", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Ci_BuildsBothImages_AndRunsTheOneForTheCpu()
    {
        var steps = new WorkflowFile("ci.yml").StepsOf("image");

        Assert.Equal("[ cpu, cuda ]", new WorkflowFile("ci.yml").Root.At("jobs.image.strategy.matrix.backend").ToString());
        Assert.Contains("--build-arg \"TORCH_BACKEND=$BACKEND\"", steps.Single(step => step.Find("name")?.Text() == "Build").At("run").Text(), StringComparison.Ordinal);
        Assert.Equal("matrix.backend == 'cpu'", steps.Single(step => step.Find("run")?.Text().Contains("try-image.sh", StringComparison.Ordinal) == true).At("if").Text());
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_job.Folder, path))!);
        File.WriteAllText(Path.Combine(_job.Folder, path), text);
    }
}
