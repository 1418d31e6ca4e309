using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>Where scripts/upload-model.sh puts a model.</summary>
public sealed class UploadModelScriptTests : IDisposable
{
    private static readonly string _model = Repository.Find("models", "rill-mini");
    private readonly FakeAzure _azure = new();

    public UploadModelScriptTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");
        _azure.Answer("properties.outputs.MODEL_CONTAINER_URI.value", "https://st.blob.core.windows.net/models");
    }

    public void Dispose() => _azure.Dispose();

    [SkippableTheory]
    [InlineData("https://st.blob.core.windows.net/models/rill-mini")]
    [InlineData("https://st.blob.core.windows.net/models/org/name", "--name", "org/name")]
    public void Upload_PushesToTheDeploymentsContainer(string target, params string[] more)
    {
        var run = _azure.Run("upload-model.sh", ["--environment", "test", _model, .. more]);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal($"rill models push {_model} {target}", _azure.Calls[^1]);
    }

    [SkippableFact]
    public void Upload_OfSomethingElse_IsRefused()
    {
        var run = _azure.Run("upload-model.sh", "--environment", "test", Repository.Find("docs"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds no config.json", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }

    [SkippableFact]
    public void Upload_WhenItBreaksOff_SaysThatItCanGoOn()
    {
        _azure.Answer("models push", "", exitCode: 1);

        var run = _azure.Run("upload-model.sh", "--environment", "test", _model);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("run this again", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Upload_BeforeADeployment_SaysWhatToDoFirst()
    {
        using var empty = new FakeAzure();

        var run = empty.Run("upload-model.sh", "--environment", "test", _model);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/deploy.sh --environment test", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void DryRun_CallsNothing()
    {
        var run = _azure.Run("upload-model.sh", "--environment", "test", "--dry-run", _model);

        Assert.StartsWith("+ ", run.Output, StringComparison.Ordinal);
        Assert.Empty(_azure.Calls);
    }
}
