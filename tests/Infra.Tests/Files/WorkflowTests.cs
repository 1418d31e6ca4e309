using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Files;

/// <summary>The workflows: pinned, without secrets, with no more rights than they need.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] _names = ["ci.yml", "deploy.yml"];

    public static TheoryData<string> Workflows => [.. _names];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Actions_ArePinnedToACommitWithTheirVersionBeside(string name)
    {
        var uses = UsesLine().Matches(Repository.Read(".github", "workflows", name)).Select(match => match.Value.Trim()).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(@"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+$", line));
    }

    [Fact]
    public void Actions_AreOfOneVersionEverywhere()
    {
        var pins = _names.SelectMany(Steps).Select(step => step.Find("uses")?.Text()).OfType<string>().Distinct();

        Assert.All(pins.GroupBy(pin => pin.Split('@')[0]), group => Assert.Single(group));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_UsesNoSecrets(string name) =>
        Assert.DoesNotMatch(@"\bsecrets\s*(\.\w|\[)", Repository.Read(".github", "workflows", name));

    /// <summary>An expression inside a script would let a branch's name run commands.</summary>
    [Theory]
    [MemberData(nameof(Workflows))]
    public void Scripts_TakeValuesFromTheEnvironmentOnly(string name)
    {
        foreach (var script in Steps(name).Select(step => step.Find("run")?.Text()).OfType<string>())
        {
            Assert.DoesNotContain("${{", script, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Jobs_EndByThemselvesAndRunOnANamedSystem(string name)
    {
        foreach (var (_, job) in Yaml.Load(".github", "workflows", name).At("jobs").Entries())
        {
            Assert.InRange(int.Parse(job.At("timeout-minutes").Text(), System.Globalization.CultureInfo.InvariantCulture), 1, 180);
            Assert.DoesNotContain("latest", job.At("runs-on").Text(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void ScriptsThatStepsCall_Exist(string name)
    {
        var called = Steps(name).Select(step => step.Find("run")?.Text()).OfType<string>()
            .SelectMany(run => ScriptPath().Matches(run))
            .Select(match => match.Value)
            .ToList();

        Assert.NotEmpty(called);
        Assert.All(called, script => Assert.True(File.Exists(Repository.Find(script)), script));
    }

    [Fact]
    public void Ci_ReadsOnly_AndSmokesUnderTheRealHost()
    {
        var ci = Yaml.Load(".github", "workflows", "ci.yml");

        Assert.Equal([("contents", "read")], ci.At("permissions").Entries().Select(entry => (entry.Name, entry.Value.Text())));
        Assert.Equal(["test", "functions-host"], ci.At("jobs").Entries().Select(job => job.Name));
        Assert.Contains("func start --no-build", Repository.Read(".github", "workflows", "ci.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Deploy_LogsInWithATokenOfItsOwn()
    {
        var deploy = Yaml.Load(".github", "workflows", "deploy.yml");
        var logins = Steps("deploy.yml").Where(step => step.Find("uses")?.Text().StartsWith("azure/login@", StringComparison.Ordinal) == true).ToList();

        Assert.Equal("write", deploy.At("permissions.id-token").Text());
        Assert.Equal("read", deploy.At("permissions.contents").Text());
        Assert.Equal(3, logins.Count);
        Assert.All(logins, login => Assert.Equal(["client-id", "tenant-id", "subscription-id"], login.At("with").Entries().Select(entry => entry.Name)));
    }

    [Fact]
    public void Deploy_ChangesThingsOneAtATimeAndOnlyInItsEnvironment()
    {
        var deploy = Yaml.Load(".github", "workflows", "deploy.yml");

        Assert.Equal("false", deploy.At("concurrency.cancel-in-progress").Text());
        Assert.Equal("production", deploy.At("jobs.deploy.environment").Text());
        Assert.Equal("production", deploy.At("jobs.rollback.environment").Text());
        Assert.Null(deploy.At("jobs.what-if").Find("environment"));
        Assert.Contains("pull_request", deploy.At("jobs.what-if.if").Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_HasAnIdentityOfItsOwn()
    {
        string Identity(string job) => ((YamlSequenceNode)Yaml.Load(".github", "workflows", "deploy.yml").At($"jobs.{job}.steps")).Children
            .Select(step => step.Find("with")?.Find("client-id")?.Text()).OfType<string>().Single();

        Assert.Equal("${{ vars.AZURE_WHAT_IF_CLIENT_ID }}", Identity("what-if"));
        Assert.Equal("${{ vars.AZURE_CLIENT_ID }}", Identity("deploy"));
        Assert.Equal("${{ vars.AZURE_CLIENT_ID }}", Identity("rollback"));
    }

    [Fact]
    public void Deploy_BuildsSmokesAndGoesBack()
    {
        var steps = ((YamlSequenceNode)Yaml.Load(".github", "workflows", "deploy.yml").At("jobs.deploy.steps")).Children;
        var order = steps.Select(step => (step.Find("run") ?? step.Find("uses"))!.Text()).ToList();
        int At(string text) => order.FindIndex(step => step.Contains(text, StringComparison.Ordinal));

        Assert.True(0 <= At("--foundation-only") && At("--foundation-only") < At("build-push-action"));
        Assert.True(At("build-push-action") < At("deploy.sh --image") && At("deploy.sh --image") < At("smoke.sh") && At("smoke.sh") < At("rollback.sh"));
        Assert.StartsWith("failure()", steps[At("rollback.sh")].At("if").Text(), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"uses: .*$", RegexOptions.Multiline)]
    private static partial Regex UsesLine();

    [GeneratedRegex(@"scripts/[\w.-]+\.sh|\./test")]
    private static partial Regex ScriptPath();

    private static IEnumerable<YamlNode> Steps(string name) =>
        Yaml.Load(".github", "workflows", name).At("jobs").Entries().SelectMany(job => ((YamlSequenceNode)job.Value.At("steps")).Children);
}
