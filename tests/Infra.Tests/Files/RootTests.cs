using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>The root holds what a stranger expects, and each of it is named here.</summary>
public class RootTests
{
    private static readonly string[] _expected =
    [
        ".ci", ".devcontainer", ".dockerignore", ".editorconfig", ".gitattributes", ".github", ".gitignore",
        "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md",
        "Directory.Build.props", "Directory.Packages.props", "Functions.sln", "global.json",
        "azure.yaml", "host.json", "local.settings.json",
        "rill", "run", "test",
        "FunctionApp", "Shared", "bench", "docs", "infra", "models", "samples", "scripts", "tests", "tools",
    ];

    [Fact]
    public void Root_HoldsNothing_ThatAStrangerDoesNotExpect()
    {
        var paths = Command.Run("git", ["ls-files"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = paths.Select(path => path.Split('/')[0]).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(_expected.Order(StringComparer.Ordinal), names);
    }
}
