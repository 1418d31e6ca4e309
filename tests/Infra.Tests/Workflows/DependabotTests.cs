using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Workflows;

/// <summary>Every file that names versions is one that Dependabot looks at.</summary>
public sealed class DependabotTests
{
    private static readonly List<YamlNode> _updates = [.. (YamlSequenceNode)Yaml.Load(".github", "dependabot.yml").At("updates")];

    [Fact]
    public void Npm_IsLookedAtWhereverThereIsAPackage()
    {
        var packages = Command.Run("git", ["ls-files", "*package.json"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(packages.Select(path => "/" + Path.GetDirectoryName(path)).Order(StringComparer.Ordinal), Folders("npm").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("nuget", "Directory.Packages.props")]
    [InlineData("dotnet-sdk", "global.json")]
    [InlineData("github-actions", ".github/workflows/ci.yml")]
    [InlineData("docker", "FunctionApp/Dockerfile")]
    public void Ecosystem_IsLookedAtWhereItsFileLies(string ecosystem, string file)
    {
        var folder = Assert.Single(Folders(ecosystem));

        Assert.StartsWith(folder.TrimStart('/'), file, StringComparison.Ordinal);
        Assert.True(File.Exists(Repository.Find(file)));
    }

    [Fact]
    public void Updates_ComeEachWeek() => Assert.All(_updates, update => Assert.Equal("weekly", update.At("schedule.interval").Text()));

    private static IEnumerable<string> Folders(string ecosystem)
    {
        var update = Assert.Single(_updates, update => update.At("package-ecosystem").Text() == ecosystem);
        return update.Find("directories") is YamlSequenceNode several ? several.Select(folder => folder.Text()) : [update.At("directory").Text()];
    }
}
