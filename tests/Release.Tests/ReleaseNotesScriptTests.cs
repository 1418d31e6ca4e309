using System.Text.RegularExpressions;

namespace Rill.Release.Tests;

/// <summary>scripts/release-notes.sh: the notes of a tag, and no release where the versions differ.</summary>
public sealed partial class ReleaseNotesScriptTests : IDisposable
{
    private const string Changelog =
        """
        # Changelog

        ## [Unreleased]

        - To come.

        ## [1.2.3] - 2026-11-30

        ### Added
        - A thing with `code` and a [link](docs/x.md).

        ### Fixed
        - Another.

        ## [1.2.2] - 2026-10-01

        - Old.

        """;

    private readonly string _root = Directory.CreateTempSubdirectory("rill-notes-").FullName;

    public ReleaseNotesScriptTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The script is for bash.");
        Directory.CreateDirectory(Path.Combine(_root, "scripts"));
        foreach (var script in (string[])["common.sh", "release-notes.sh"])
        {
            File.Copy(Repository.Find("scripts", script), Path.Combine(_root, "scripts", script));
        }

        Write("1.2.3", "1.2.3", Changelog);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public void Notes_AreTheSectionOfTheTag()
    {
        var run = Run("v1.2.3");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("### Added\n- A thing with `code` and a [link](docs/x.md).\n\n### Fixed\n- Another.\n", run.Output);
    }

    [SkippableTheory]
    [InlineData("v1.2.4", "Version in Directory.Build.props is 1.2.3")]
    [InlineData("1.2.3", "a tag is needed")]
    [InlineData("v1.2.3-rc1", "a tag is needed")]
    public void Notes_OfAnotherTag_AreRefused(string tag, string message)
    {
        var run = Run(tag);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [SkippableFact]
    public void Notes_WhereTheTemplateHasAnotherVersion_AreRefused()
    {
        Write("1.2.3", "1.2.2", Changelog);

        Assert.Contains("the template in azure.yaml is rill@1.2.2", Run("v1.2.3").Errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("## [1.2.3] - 2026-11-30", "## [1.2.3]", "no line \"## [1.2.3] - YEAR-MONTH-DAY\"")]
    [InlineData("## [1.2.3] - 2026-11-30", "## [1x2.3] - 2026-11-30", "no line \"## [1.2.3] - YEAR-MONTH-DAY\"")]
    [InlineData("## [1.2.3] - 2026-11-30", "## [1.2.3] - 2026-11-30\n\n## [1.2.3-beta] - 2026-11-29", "says nothing of 1.2.3")]
    public void Notes_WithoutASectionThatSaysSomething_AreRefused(string heading, string instead, string message)
    {
        Write("1.2.3", "1.2.3", Changelog.Replace(heading, instead, StringComparison.Ordinal));

        var run = Run("v1.2.3");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }

    /// <summary>The version is written in two places, which a release holds together; this does so on every day.</summary>
    [Fact]
    public void Version_IsTheSameInTheBuildAndInTheTemplate()
    {
        var version = Version().Match(Repository.Read("Directory.Build.props")).Groups[1].Value;

        Assert.Contains($"template: rill@{version}\n", Repository.Read("azure.yaml"), StringComparison.Ordinal);
    }

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();

    private CommandResult Run(string tag) => Command.Run("bash", [Path.Combine(_root, "scripts", "release-notes.sh"), tag]);

    private void Write(string version, string template, string changelog)
    {
        File.WriteAllText(Path.Combine(_root, "Directory.Build.props"), $"<Project>\n    <Version>{version}</Version>\n</Project>\n");
        File.WriteAllText(Path.Combine(_root, "azure.yaml"), $"name: rill\nmetadata:\n  template: rill@{template}\n");
        File.WriteAllText(Path.Combine(_root, "CHANGELOG.md"), changelog);
    }
}
