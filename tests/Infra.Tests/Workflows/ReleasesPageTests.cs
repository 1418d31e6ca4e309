using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>docs/releases.md, where it repeats what workflows and tests say.</summary>
public sealed partial class ReleasesPageTests
{
    private static readonly string _page = Repository.Read("docs", "releases.md");

    /// <summary>A check that never reports would hold every pull request for ever.</summary>
    [Fact]
    public void RequiredChecks_AreTheJobsOfCi()
    {
        var jobs = new WorkflowFile("ci.yml").Jobs.SelectMany(job => job.Value.Find("strategy")?.Find("matrix")?.Entries().Single().Value is YamlSequenceNode values
            ? values.Select(value => $"{job.Name} ({value.Text()})")
            : [job.Name]);
        using var body = JsonDocument.Parse(Protection().Match(_page).Groups[1].Value);

        Assert.Equal(jobs, body.RootElement.GetProperty("required_status_checks").GetProperty("contexts").EnumerateArray().Select(check => check.GetString()!));
    }

    [Fact]
    public void JobsOfARelease_AreThoseOfItsWorkflow() =>
        Assert.Equal(new WorkflowFile("release.yml").Jobs.Select(job => job.Name), Rows("| job | what it does | verified by |").Select(row => row[0]));

    [Fact]
    public void TestsThatThePageNames_Exist()
    {
        var classes = new[] { "Infra.Tests", "Release.Tests" }
            .SelectMany(project => Directory.EnumerateFiles(Repository.Find("tests", project), "*.cs", SearchOption.AllDirectories))
            .Select(Path.GetFileNameWithoutExtension)
            .ToHashSet();
        var named = TestClass().Matches(_page).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, classes));
    }

    [GeneratedRegex("branches/main/protection\" --input - <<<'(.*)'")]
    private static partial Regex Protection();

    [GeneratedRegex("`([A-Z][A-Za-z]+Tests)`")]
    private static partial Regex TestClass();

    private static IEnumerable<string[]> Rows(string header) => _page.Split('\n')
        .SkipWhile(line => line != header).Skip(2)
        .TakeWhile(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));
}
