using System.Globalization;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>What holds for every workflow: pinned, without secrets, with no more rights than it needs.</summary>
public sealed partial class WorkflowTests
{
    // A right that can change something, and the only jobs that have it.
    private static readonly Dictionary<string, string[]> _rights = new()
    {
        ["actions: write"] = ["refresh.yml/deploy"],
        ["attestations: write"] = ["release.yml/archive", "release.yml/image"],
        ["contents: write"] = ["release.yml/publish"],
        ["id-token: write"] =
        [
            "azure-dev.yml/azd", "deploy.yml/production", "deploy.yml/rollback", "deploy.yml/staging", "deploy.yml/what-if", "release.yml/archive", "release.yml/image",
            "roll-out.yml/deploy", "roll-out.yml/rollback", "roll-out.yml/what-if",
        ],
        ["packages: write"] = ["release.yml/image"],
    };

    public static TheoryData<string> Names => WorkflowFile.Names;

    [Fact]
    public void Workflows_AreTheOnesThatAreDocumented() =>
        Assert.Equal(["azure-dev.yml", "ci.yml", "deploy.yml", "nightly.yml", "refresh.yml", "release.yml", "roll-out.yml"], WorkflowFile.All.Select(file => file.Name));

    /// <summary>What ./test tries in thousands is tried in hundreds of thousands.</summary>
    [Fact]
    public void Nightly_ChangesEachFileTenThousandTimes()
    {
        var file = new WorkflowFile("nightly.yml");

        Assert.Equal("10000", Assert.Single(file.Jobs).Value.At("env.RILL_FUZZ_CONFIGS").Text());
        Assert.Contains("dotnet test tests/Core.Tests -c Release --no-build --filter FullyQualifiedName~FuzzTests", file.Scripts);
    }

    /// <summary>CI=true, which GitHub sets, has tests fail without the reference vectors; they lie in no repository.</summary>
    [Fact]
    public void Jobs_ThatTest_SayThatTheVectorsAreAbsent()
    {
        var testing = WorkflowFile.All.SelectMany(file => file.Jobs.Where(job => file.StepsOf(job.Name).Any(Tests))).ToList();

        Assert.Equal(["hostile-files", "test"], testing.Select(job => job.Name).Order(StringComparer.Ordinal));
        Assert.All(testing, job => Assert.Equal("none", job.Value.At("env.RILL_VECTORS").Text()));

        static bool Tests(YamlNode step) => step.Find("run")?.Text() is { } script && new[] { "./test", "dotnet test" }.Any(test => script.Contains(test, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Actions_ArePinnedToACommitWithTheirVersionBeside(string name)
    {
        var uses = UsesLine().Matches(new WorkflowFile(name).Text).Select(match => match.Value.Trim()).ToList();

        Assert.All(uses, line => Assert.Matches(@"uses: (\./\.github/workflows/[\w-]+\.yml|[\w.-]+/[\w.-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+)$", line));
    }

    [Fact]
    public void Actions_AreOfOneVersionEverywhere()
    {
        var pins = WorkflowFile.All.SelectMany(file => file.Steps).Select(step => step.Find("uses")?.Text()).OfType<string>().Distinct().ToList();

        Assert.NotEmpty(pins);
        Assert.All(pins.GroupBy(pin => pin.Split('@')[0]), group => Assert.Single(group));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CalledWorkflows_CanBeCalled(string name)
    {
        foreach (var (_, job) in new WorkflowFile(name).Jobs.Where(job => job.Value.Find("uses") is not null))
        {
            var called = new WorkflowFile(Path.GetFileName(job.At("uses").Text()));
            var inputs = called.Root.At("on.workflow_call") is YamlMappingNode call && call.Find("inputs") is { } declared ? declared.Entries().ToList() : [];
            var given = job.Find("with")?.Entries().Select(entry => entry.Name).ToList() ?? [];

            Assert.Subset(inputs.Select(input => input.Name).ToHashSet(), given.ToHashSet());
            Assert.Superset(inputs.Where(input => input.Value.Find("required")?.Text() == "true").Select(input => input.Name).ToHashSet(), given.ToHashSet());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Workflow_UsesNoSecrets(string name)
    {
        Assert.DoesNotMatch(@"\bsecrets\s*(\.\w|\[)", new WorkflowFile(name).Text);
        Assert.DoesNotMatch(@"secrets:\s*inherit", new WorkflowFile(name).Text);
    }

    /// <summary>A token that a checkout leaves in .git is there for whatever the build runs.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Checkouts_LeaveNoToken(string name) =>
        Assert.All(
            new WorkflowFile(name).Steps.Where(step => step.Find("uses")?.Text().StartsWith("actions/checkout@", StringComparison.Ordinal) == true),
            checkout => Assert.Equal("false", checkout.At("with.persist-credentials").Text()));

    /// <summary>An expression inside a script would let a branch's name run commands.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Scripts_TakeValuesFromTheEnvironmentOnly(string name) =>
        Assert.All(new WorkflowFile(name).Scripts, script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));

    /// <summary>Named, it is `bash -eo pipefail`; by default the failure of a pipe's first command would pass.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Scripts_AreForBash(string name)
    {
        var file = new WorkflowFile(name);

        Assert.True(!file.Scripts.Any() || file.Root.At("defaults.run.shell").Text() == "bash");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Jobs_EndByThemselvesAndRunOnANamedSystem(string name)
    {
        foreach (var (_, job) in new WorkflowFile(name).Jobs.Where(job => job.Value.Find("uses") is null))
        {
            Assert.InRange(int.Parse(job.At("timeout-minutes").Text(), CultureInfo.InvariantCulture), 1, 180);
            Assert.DoesNotContain("latest", job.At("runs-on").Text(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Workflows_ThatStartByThemselves_SayWhatASecondRunDoes(string name)
    {
        var file = new WorkflowFile(name);

        Assert.True(file.Root.At("on").Entries().All(entry => entry.Name == "workflow_call") || file.Root.At("concurrency").Find("cancel-in-progress") is not null);
    }

    [Fact]
    public void Rights_ToChangeSomething_AreWithTheJobsThatNeedThem()
    {
        var given = WorkflowFile.All
            .SelectMany(file => file.Jobs.SelectMany(job => RightsOf(job.Value).Select(right => (Right: right, Job: $"{file.Name}/{job.Name}"))))
            .Where(entry => entry.Right.EndsWith(": write", StringComparison.Ordinal))
            .GroupBy(entry => entry.Right, entry => entry.Job)
            .ToDictionary(group => group.Key, group => group.Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(_rights.OrderBy(right => right.Key, StringComparer.Ordinal), given.OrderBy(right => right.Key, StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Workflow_GivesByItselfAtMostTheRightToRead(string name) =>
        Assert.All(RightsOf(new WorkflowFile(name).Root), right => Assert.Equal("contents: read", right));

    [Theory]
    [MemberData(nameof(Names))]
    public void ScriptsThatStepsCall_Exist(string name) =>
        Assert.All(
            new WorkflowFile(name).Scripts.SelectMany(run => ScriptPath().Matches(run)).Select(match => match.Value),
            script => Assert.True(File.Exists(Repository.Find(script)), script));

    [GeneratedRegex(@"uses: .*$", RegexOptions.Multiline)]
    private static partial Regex UsesLine();

    [GeneratedRegex(@"scripts/[\w.-]+\.sh|\./test")]
    private static partial Regex ScriptPath();

    private static IEnumerable<string> RightsOf(YamlNode node) => node.Find("permissions")?.Entries().Select(entry => $"{entry.Name}: {entry.Value.Text()}") ?? [];
}
