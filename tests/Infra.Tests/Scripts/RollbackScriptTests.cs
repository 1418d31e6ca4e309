using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>Which revision scripts/rollback.sh goes back to.</summary>
public sealed class RollbackScriptTests : IDisposable
{
    private readonly FakeAzure _azure = new();

    public RollbackScriptTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");
        _azure.Answer("resource list", "ca-api").Answer("RevisionName", "ca-api--5");
    }

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Rollback_TakesTheNewestRevisionWithAnotherImage()
    {
        // The newest two have the same image: a scale rule that was set afterwards makes a revision of its own.
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:b", "ca-api--3\tcr/rill:c", "ca-api--4\tcr/rill:c");

        var run = _azure.Run("rollback.sh", "--environment", "test");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(
            "az containerapp revision copy --name ca-api --resource-group rg-test --from-revision ca-api--2 --output none",
            _azure.Calls.Single(call => call.Contains("copy", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public void Rollback_ToANamedRevision_TakesThatOne()
    {
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:b");

        var run = _azure.Run("rollback.sh", "--environment", "test", "--revision", "ca-api--1");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Contains("--from-revision ca-api--1", _azure.Calls.Single(call => call.Contains("copy", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("--revision", "ca-api--9", "has no revision ca-api--9")]
    [InlineData("--environment", "test", "every revision kept has the image cr/rill:a")]
    public void Rollback_WithNowhereToGo_SaysSo(string option, string value, string message)
    {
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:a");

        var run = _azure.Run("rollback.sh", "--environment", "test", option, value);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(_azure.Calls, call => call.Contains("copy", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Rollback_OfADeploymentThatNeverMadeARevision_DoesNothing()
    {
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:b");

        var run = _azure.Run("rollback.sh", "--environment", "test", "--failed-image", "cr/rill:c");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.DoesNotContain(_azure.Calls, call => call.Contains("copy", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void DryRun_NamesTheRevisionAndCopiesNothing()
    {
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:b");

        var run = _azure.Run("rollback.sh", "--environment", "test", "--dry-run");

        Assert.Equal("+ az containerapp revision copy --name ca-api --resource-group rg-test --from-revision ca-api--1 --output none\n", run.Output);
        Assert.DoesNotContain(_azure.Calls, call => call.Contains("copy", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void List_PrintsTheRevisions()
    {
        Revisions("ca-api--1\tcr/rill:a", "ca-api--2\tcr/rill:b");

        Assert.Equal("ca-api--1\tcr/rill:a\nca-api--2\tcr/rill:b\n", _azure.Run("rollback.sh", "--environment", "test", "--list").Output);
    }

    private void Revisions(params string[] lines) => _azure.Answer("containerapp revision list", string.Join('\n', lines));
}
