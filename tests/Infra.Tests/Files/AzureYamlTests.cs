using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>azure.yaml, tags and outputs have to agree, or azd finds no app to deploy to.</summary>
public sealed class AzureYamlTests
{
    private const string Service = "api";

    [Fact]
    public void Service_IsTheOneThatTheAppIsTaggedWith()
    {
        var (name, service) = Assert.Single(Yaml.Load("azure.yaml").At("services").Entries());

        Assert.Equal(Service, name);
        Assert.Equal("containerapp", service.At("host").Text());
        Assert.Equal(Service, Snapshot.Load("t4").App.GetProperty("tags").GetProperty("azd-service-name").GetString());
    }

    [Fact]
    public void Service_HasItsOutputs()
    {
        var main = Repository.Read("infra", "main.bicep");
        string[] outputs = ["NAME", "URI", "IMAGE_NAME"];

        Assert.All(outputs, output => Assert.Contains($"output SERVICE_{Service.ToUpperInvariant()}_{output} string", main, StringComparison.Ordinal));
    }

    [Fact]
    public void Paths_Exist()
    {
        var root = Yaml.Load("azure.yaml");
        var service = root.At("services.api");
        var context = Repository.Find(service.At("project").Text());

        Assert.True(File.Exists(Path.Combine(context, service.At("docker.path").Text())));
        Assert.True(File.Exists(Repository.Find(root.At("infra.path").Text(), root.At("infra.module").Text() + ".bicep")));
        Assert.All(root.At("hooks").Entries(), hook => Assert.True(File.Exists(Repository.Find(hook.Value.At("run").Text()))));
    }

    [Fact]
    public void ParameterFile_ReadsTheVariablesThatAzdAndTheScriptSet()
    {
        var parameters = Repository.Read("infra", "main.bicepparam");
        string[] variables = ["AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "SERVICE_API_IMAGE_NAME", "RILL_GPU", "RILL_MODEL", "RILL_BUDGET_START"];

        Assert.All(variables, variable => Assert.Contains($"readEnvironmentVariable('{variable}'", parameters, StringComparison.Ordinal));
        Assert.False(File.Exists(Repository.Find("infra", "main.parameters.json"))); // azd would take one of the two
    }
}
