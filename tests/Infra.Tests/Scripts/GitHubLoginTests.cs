using System.Text.Json.Nodes;
using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What scripts/github-login.sh lets a repository's workflows do.</summary>
public sealed class GitHubLoginTests : IDisposable
{
    private readonly StandInAzure _azure = new(Checkout.WithoutGit);

    public GitHubLoginTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    private EntraDirectory Directory => _azure.Cloud.Directory;

    [SkippableTheory]
    [InlineData("repo:org@1234/repo@5678")] // made or renamed since July 2026
    [InlineData("repo:org/repo")]
    public void Login_TrustsTheSubjectsThatGitHubTells(string prefix)
    {
        _azure.Others.SubjectPrefix = prefix;

        var run = Login("--staging", "rill-staging");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(
            [("app-of-rill-deploy", prefix + ":environment:production"), ("app-of-rill-deploy", prefix + ":environment:staging"), ("app-of-rill-what-if", prefix + ":pull_request")],
            Directory.Credentials.Select(credential => (Text(credential, "application"), Text(credential, "subject"))));
        Assert.All(Directory.Credentials, credential => Assert.Equal("api://AzureADTokenExchange", credential["audiences"]![0]!.GetValue<string>()));
    }

    [SkippableFact]
    public void Login_Twice_MakesNothingTwice()
    {
        Login();
        var before = (Directory.Applications.Count, Directory.Principals.Count, Directory.Credentials.Count, Directory.Roles.Count, Directory.Assignments.Count);

        var run = Login();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal((2, 2, 2, 1, 3), before);
        Assert.Equal(before, (Directory.Applications.Count, Directory.Principals.Count, Directory.Credentials.Count, Directory.Roles.Count, Directory.Assignments.Count));
    }

    [SkippableFact]
    public void Login_LetsTheDeployerAssignTheTemplatesRolesAndNoOthers()
    {
        Login();

        var condition = Directory.Assignments.Single(assignment => assignment.Contains("Role Based Access Control Administrator", StringComparison.Ordinal));
        var roles = Repository.Read("infra", "modules", "roles.bicep").Split('\'').Where(text => Guid.TryParse(text, out _)).ToList();
        Assert.NotEmpty(roles);
        Assert.Contains($"GuidEquals {{{string.Join(',', roles)}}}", condition, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.Assignments, assignment => assignment.Contains("Owner", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Login_LetsPullRequestsReadAlone()
    {
        Login();

        var actions = Directory.Roles.Single()["Actions"]!.AsArray().Select(action => action!.GetValue<string>());
        Assert.Equal(["*/read", "Microsoft.Resources/deployments/whatIf/action", "Microsoft.Resources/deployments/validate/action"], actions);
        Assert.Equal("principal-of-app-of-rill-what-if", Assert.Single(Directory.Assignments, assignment => assignment.Contains("what-if", StringComparison.Ordinal)).Split(' ')[0]);
    }

    [SkippableFact]
    public void Login_SetsEveryVariableThatTheWorkflowsLogInWith()
    {
        Login("--staging", "rill-staging");

        var used = System.IO.Directory.EnumerateFiles(Repository.Find(".github", "workflows"))
            .SelectMany(file => System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), @"vars\.(AZURE_\w+)").Select(match => match.Groups[1].Value))
            .ToHashSet();
        Assert.NotEmpty(used);
        Assert.Subset(_azure.Others.Variables.Keys.ToHashSet(), used);
        Assert.Equal(_azure.Cloud.Default.Id, _azure.Others.Variables["AZURE_SUBSCRIPTION_ID"]);
    }

    [SkippableFact]
    public void Login_WaitsUntilTheDirectoryKnowsWhatWasMade()
    {
        Directory.RefusedAssignments = 2;

        var run = Login();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(3, Directory.Assignments.Count);
    }

    [SkippableFact]
    public void Login_WithoutASubjectFromGitHub_SaysWhereToFindIt()
    {
        _azure.Others.SubjectPrefix = "";

        var run = Login();
        var given = Login("--subject", "repo:org@1/repo@2");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--subject", run.Errors, StringComparison.Ordinal);
        Assert.True(given.ExitCode == 0, given.All);
    }

    private static string Text(JsonObject item, string property) => item[property]!.GetValue<string>();

    private CommandResult Login(params string[] more) => _azure.Script("github-login.sh", ["--environment", "rill", "--location", "swedencentral", .. more]);
}
