using System.Text.RegularExpressions;
using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>docs/deploy.md line by line: its blocks of commands, taken from the document itself, each way twice.</summary>
public sealed partial class GuideTests : IDisposable
{
    private static readonly string _guide = Repository.Read("docs", "deploy.md");

    /// <summary>The blocks by the name in the comment above each.</summary>
    private static readonly Dictionary<string, string> _blocks = Block().Matches(_guide).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["lines"].Value);

    private readonly StandInAzure _azure = new(Checkout.Committed);

    public GuideTests() => Skip.If(OperatingSystem.IsWindows(), "The commands are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Guide_WithoutAGpu()
    {
        _azure.Cloud.LoggedIn = false;
        _azure.Cloud.GpuQuota = 0;

        Follow("login", "cpu", "ask");
        var (key, revisions) = (_azure.Group.Vault!.Secrets["api-key"], _azure.App.Revisions.Count);
        var asked = Follow("cpu", "ask");

        Assert.Contains("data: [DONE]", asked, StringComparison.Ordinal);
        Assert.Equal((key, revisions), (_azure.Group.Vault.Secrets["api-key"], _azure.App.Revisions.Count));
        Follow("again", "ask");
        Assert.NotEqual(key, _azure.Group.Vault!.Secrets["api-key"]);
    }

    [SkippableFact]
    public void Guide_WithAGpu()
    {
        _azure.Deployed(name: "rill"); // the one without a GPU, which the reader has by then

        Follow("login", "gpu", "gpu", "stop-first");

        var app = _azure.Cloud.Default.Groups["rg-rill-gpu"].App!;
        Assert.Single(app.Revisions);
        Assert.Equal(app.Latest, app.Ready);
        Assert.Contains("gpu=t4", app.Latest.Template, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Guide_WithAModelOfOnesOwn()
    {
        Follow("login", "upload", "upload", "ask");

        Assert.Single(_azure.App.Revisions);
        Assert.Contains("model=rill-mini", _azure.App.Latest.Template, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Guide_WithAzd()
    {
        Follow("azd");
        var run = _azure.Bash("azd up");
        Assert.True(run.ExitCode == 0, run.All);
        Follow("ask", "azd-down");

        Assert.Empty(_azure.Cloud.Default.Groups);
        Assert.Empty(_azure.Cloud.Default.DeletedVaults);
    }

    [SkippableFact]
    public void Guide_FromGitHub()
    {
        Follow("login", "github", "github");

        Assert.Equal("none", _azure.Others.Variables["RILL_GPU"]);
        Assert.Equal(2, _azure.Cloud.Directory.Applications.Count);
    }

    [SkippableFact]
    public void Afterwards_EachCommand_IsOneThatAzTakes()
    {
        _azure.Deployed(name: "rill", image: "cr/rill:a");
        _azure.App.Add("cr/rill:b" + _azure.App.Latest.Template["cr/rill:a".Length..]);
        File.WriteAllText(Path.Combine(_azure.Folder, "KEYFILE"), "a-new-key");
        var commands = Afterwards().Match(_guide).Groups["rows"].Value.Split('\n')
            .Where(row => row.StartsWith('|') && !row.Contains("templates", StringComparison.Ordinal))
            .SelectMany(row => Command().Matches(row).Select(match => match.Groups[1].Value))
            .ToList();

        Assert.Equal(7, commands.Count);
        foreach (var command in commands)
        {
            var run = _azure.Bash(command.Replace("VAULT", _azure.Group.Vault!.Name, StringComparison.Ordinal)
                .Replace("APP", _azure.App.Name, StringComparison.Ordinal).Replace("REVISION", _azure.App.Latest.Name, StringComparison.Ordinal));
            Assert.True(run.ExitCode == 0, command + "\n" + run.All);
            if (_azure.Cloud.Default.Groups.Count == 0)
            {
                break;
            }
        }

        Assert.Empty(_azure.Cloud.Default.Groups);
    }

    [Fact]
    public void EveryBlockOfCommands_IsFollowedBySomeTest()
    {
        var source = Repository.Read("tests", "Infra.Tests", "Files", "GuideTests.cs");

        Assert.Equal(Regex.Count(_guide, "^```sh", RegexOptions.Multiline), _blocks.Count);
        Assert.All(_blocks.Keys, name => Assert.Contains($"\"{name}\"", source, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryTestThatTheGuideNames_IsThere()
    {
        var sources = Directory.EnumerateFiles(Repository.Find("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        var named = TestName().Matches(_guide).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains(sources, source =>
            Regex.IsMatch(source, $@"class {test.Class}\b") && Regex.IsMatch(source, $@"(void|Task) {test.Method}\(")));
    }

    /// <summary>Runs blocks one after the other, in one shell as a reader would.</summary>
    private string Follow(params string[] names)
    {
        var run = _azure.Bash(string.Join('\n', names.Select(name => _blocks[name])));
        Assert.True(run.ExitCode == 0, run.All);
        return run.Output;
    }

    [GeneratedRegex("<!-- walk: (?<name>[a-z-]+) -->\n```sh\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("## Afterwards\n.*?\\| to \\| do \\|\n\\|---\\|---\\|\n(?<rows>.*?)\n\n", RegexOptions.Singleline)]
    private static partial Regex Afterwards();

    [GeneratedRegex("`((?:scripts/|az )[^`]+)`")]
    private static partial Regex Command();

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();
}
