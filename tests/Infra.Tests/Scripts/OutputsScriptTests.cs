using Rill.Infra.Tests.StandIn;

namespace Rill.Infra.Tests.Scripts;

/// <summary>What scripts/outputs.sh tells of a deployment, however Azure spells the names.</summary>
public sealed class OutputsScriptTests : IDisposable
{
    private readonly StandInAzure _azure = new StandInAzure(Checkout.WithoutGit).Deployed();

    public OutputsScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Output_IsFoundByTheTemplatesName()
    {
        var raw = _azure.Bash("az deployment sub show --name rill-test --query properties.outputs").Output;
        Assert.Contains("azurE_KEY_VAULT_NAME", raw, StringComparison.Ordinal);

        Assert.Equal(_azure.Group.Vault!.Name + "\n", _azure.Script("outputs.sh", "--environment", "test", "AZURE_KEY_VAULT_NAME").Output);
    }

    [SkippableFact]
    public void Outputs_AreAllOfTheTemplates_EmptyOnesToo()
    {
        _azure.Deployed(name: "empty", image: "");

        var lines = _azure.Script("outputs.sh", "--environment", "empty").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Template.Outputs.Order(StringComparer.Ordinal), lines.Select(line => line.Split('=')[0]));
        Assert.Contains("SERVICE_API_IMAGE_NAME=", lines);
        Assert.Contains("AZURE_LOCATION=swedencentral", lines);
    }

    [SkippableTheory]
    [InlineData("has no output NONE; see: scripts/outputs.sh --environment test", "test", "NONE")]
    [InlineData("Run: scripts/deploy.sh --environment other", "other")]
    public void Outputs_ThatAreNotThere_AreSaid(string message, string environment, params string[] output)
    {
        var run = _azure.Script("outputs.sh", ["--environment", environment, .. output]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
    }
}
