using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What holds for every script of the deployment.</summary>
public sealed class ScriptRulesTests
{
    public ScriptRulesTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public static TheoryData<string> Programs =>
    [
        .. new DirectoryInfo(Repository.Find("scripts")).EnumerateFiles("*.sh")
            .Select(file => file.Name)
            .Where(name => name is not ("common.sh" or "deploy-checks.sh")) // which others source
            .Order(StringComparer.Ordinal),
    ];

    [SkippableFact]
    public void Shellcheck_FindsNothing()
    {
        Skip.IfNot(IsInstalled("shellcheck"), "shellcheck is not installed.");

        string[] commands = ["run", "rill", "test", ".ci/run", "tools/build-if-changed.sh", "tools/progress.sh"];
        var scripts = commands.Select(name => Repository.Find(name.Split('/'))).Concat(Directory.EnumerateFiles(Repository.Find("scripts"), "*.sh"));

        var check = Command.Run("shellcheck", ["-x", .. scripts]);

        Assert.Equal("", check.All);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Syntax_IsRight(string script) => Assert.Equal("", Command.Run("bash", ["-n", Repository.Find("scripts", script)]).All);

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Help_IsPrintedWithoutDoingAnything(string script)
    {
        var run = Command.Run("bash", [Repository.Find("scripts", script), "--help"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("scripts/" + script, run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Errors);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Script_StopsAtTheFirstErrorAndCanBeRunByItself(string script)
    {
        var text = Repository.Read("scripts", script);

        Assert.StartsWith("#!/usr/bin/env bash\n", text, StringComparison.Ordinal);
        Assert.True(text.Contains("set -euo pipefail", StringComparison.Ordinal) || text.Contains("/common.sh\"", StringComparison.Ordinal));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Repository.Find("scripts", script)).HasFlag(UnixFileMode.UserExecute));
        Assert.DoesNotContain("set -x", text, StringComparison.Ordinal); // would print keys
    }

    private static bool IsInstalled(string program) => Command.Run("bash", ["-c", "command -v " + program]).ExitCode == 0;
}
