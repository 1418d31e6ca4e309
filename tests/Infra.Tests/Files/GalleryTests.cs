using System.Text.Json;
using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace Rill.Infra.Tests.Files;

/// <summary>
/// What the validator of Azure's AI gallery and awesome-azd look for in a template: github.com/microsoft/template-validation-action, its
/// rules.json and the checklist of its reports.
/// </summary>
public sealed partial class GalleryTests
{
    private static readonly string _readme = Repository.Read("README.md");

    [Theory]
    [InlineData("Features")]
    [InlineData("Getting Started")]
    [InlineData("Guidance")]
    [InlineData("Resources")]
    public void Readme_HasTheSection(string heading)
    {
        var section = Regex.Match(_readme, $@"^## {heading}\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline).Groups["text"].Value;

        Assert.True(section.Trim().Length > 100, $"README.md says too little below ## {heading}.");
    }

    [Theory]
    [InlineData("LICENSE")]
    [InlineData("SECURITY.md")]
    [InlineData("CODE_OF_CONDUCT.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("azure.yaml")]
    [InlineData("infra/main.bicep")]
    [InlineData(".github/workflows/azure-dev.yml")]
    [InlineData(".github/pull_request_template.md")]
    [InlineData(".devcontainer/devcontainer.json")]
    public void File_ThatIsLookedFor_SaysSomething(string file) => Assert.True(Repository.Read(file.Split('/')).Length > 100, file);

    [Theory]
    [InlineData("azd up")]
    [InlineData("azd down")]
    [InlineData("docs/costs.md")]
    [InlineData("SECURITY.md")]
    public void Readme_Tells(string what) => Assert.Contains(what, _readme, StringComparison.Ordinal);

    [Fact]
    public void Topics_AreNamedWhereTheRepositoryIsPublished()
    {
        var releases = Repository.Read("docs", "releases.md");

        Assert.All((string[])["azd-templates", "ai-azd-templates"], topic => Assert.Contains($"--add-topic {topic}", releases, StringComparison.Ordinal));
    }

    /// <summary>What GitHub asks of a form: a name, a description, and fields with labels and ids of their own.</summary>
    [Theory]
    [InlineData("bug.yml")]
    [InlineData("feature.yml")]
    [InlineData("model.yml")]
    public void Form_IsOneThatGitHubShows(string file)
    {
        var form = Yaml.Load(".github", "ISSUE_TEMPLATE", file);
        var fields = ((YamlSequenceNode)form.At("body")).Children.Where(field => field.At("type").Text() != "markdown").ToList();

        Assert.NotEmpty(form.At("name").Text());
        Assert.NotEmpty(form.At("description").Text());
        Assert.NotEmpty(fields);
        Assert.All(fields, field => Assert.Contains(field.At("type").Text(), (string[])["textarea", "input", "dropdown", "checkboxes"]));
        Assert.All(fields, field => Assert.NotEmpty(field.At("attributes.label").Text()));
        Assert.Equal(fields.Count, fields.Select(field => field.At("id").Text()).Distinct().Count());
    }

    /// <summary>Links of the forms lead to files; a form's own address on GitHub is below /issues.</summary>
    [Fact]
    public void Forms_NameFilesThatAreThere()
    {
        var links = Directory.EnumerateFiles(Repository.Find(".github", "ISSUE_TEMPLATE")).SelectMany(file => Link().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(Repository.Find(link.Split('/'))), link));
    }

    [Fact]
    public void Container_HasWhatRunTestAndDeploymentNeed()
    {
        using var container = JsonDocument.Parse(
            Repository.Read(".devcontainer", "devcontainer.json"), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var root = container.RootElement;
        using var sdk = JsonDocument.Parse(Repository.Read("global.json"));
        var major = sdk.RootElement.GetProperty("sdk").GetProperty("version").GetString()!.Split('.')[0];
        var built = Build().Matches(root.GetProperty("postCreateCommand").GetString()!).Select(match => match.Groups[1].Value).ToList();

        Assert.Contains($"dotnet:2-{major}.0", root.GetProperty("image").GetString(), StringComparison.Ordinal);
        Assert.Contains(7071, root.GetProperty("forwardPorts").EnumerateArray().Select(port => port.GetInt32()));
        Assert.Equal("20", root.GetProperty("features").GetProperty("ghcr.io/devcontainers/features/node:1").GetProperty("version").GetString());
        Assert.All((string[])["azure-cli:", "azd:", "github-cli:"], feature =>
            Assert.Contains(root.GetProperty("features").EnumerateObject(), entry => entry.Name.Contains(feature, StringComparison.Ordinal)));
        Assert.NotEmpty(built);
        Assert.All(built, project => Assert.Single(Directory.EnumerateFiles(Repository.Find(project.Split('/')), "*.csproj")));
    }

    /// <summary>azd's own workflow reads nothing that deploy.yml would not: one set of variables makes both go.</summary>
    [Fact]
    public void AzdsWorkflow_ReadsTheVariablesOfTheOther()
    {
        var variables = Variable().Matches(Repository.Read(".github", "workflows", "azure-dev.yml")).Select(match => match.Groups[1].Value).ToHashSet();
        var others = Variable().Matches(Repository.Read(".github", "workflows", "deploy.yml") + Repository.Read(".github", "workflows", "roll-out.yml"))
            .Select(match => match.Groups[1].Value).ToHashSet();

        Assert.Superset((HashSet<string>)["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "AZURE_ENV_NAME", "AZURE_LOCATION"], variables);
        Assert.Subset(others, variables);
    }

    [GeneratedRegex(@"\.\./blob/main/([\w./-]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"dotnet build (\S+)")]
    private static partial Regex Build();

    [GeneratedRegex(@"vars\.(\w+)")]
    private static partial Regex Variable();
}
