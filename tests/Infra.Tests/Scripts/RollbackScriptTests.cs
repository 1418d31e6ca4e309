using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Scripts;

/// <summary>Which revision scripts/rollback.sh goes back to.</summary>
public sealed class RollbackScriptTests : IDisposable
{
    private readonly StandInAzure _azure = new StandInAzure(Checkout.WithoutGit).Deployed("cr/rill:a");

    public RollbackScriptTests() => Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");

    public void Dispose() => _azure.Dispose();

    [SkippableFact]
    public void Rollback_TakesTheNewestRevisionWithAnotherImage()
    {
        // The newest two have the same image: a scale rule that was set afterwards makes a revision of its own.
        Then("cr/rill:b", "cr/rill:c", "cr/rill:c");

        var run = Rollback();

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(5, _azure.App.Revisions.Count);
        Assert.Equal("cr/rill:b", _azure.App.Latest.Image);
        Assert.Equal(_azure.App.Latest, _azure.App.Ready);
    }

    [SkippableFact]
    public void Rollback_Twice_GoesToAndFro()
    {
        Then("cr/rill:b");

        Rollback();
        Assert.Equal("cr/rill:a", _azure.App.Latest.Image);

        Rollback();
        Assert.Equal("cr/rill:b", _azure.App.Latest.Image);
    }

    [SkippableFact]
    public void Rollback_ToANamedRevision_TakesThatOne()
    {
        Then("cr/rill:b", "cr/rill:c");

        var run = Rollback("--revision", _azure.App.Revisions[0].Name);

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal("cr/rill:a", _azure.App.Latest.Image);
    }

    [SkippableFact]
    public void Rollback_WithAQuotaOfOne_NeedsTheRunningRevisionStopped()
    {
        Then("cr/rill:b");
        _azure.Cloud.GpuQuota = 1;

        var refused = Rollback();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--stop-first", refused.Errors, StringComparison.Ordinal);

        var run = Rollback("--revision", _azure.App.Revisions[0].Name, "--stop-first");
        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(("cr/rill:a", _azure.App.Latest), (_azure.App.Ready!.Image, _azure.App.Ready));
    }

    [SkippableTheory]
    [InlineData("--revision", "ca-api--9", "has no revision ca-api--9")]
    [InlineData("--environment", "test", "every revision kept has the image cr/rill:a")]
    public void Rollback_WithNowhereToGo_SaysSo(string option, string value, string message)
    {
        Then("cr/rill:a");

        var run = Rollback(option, value);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, _azure.App.Revisions.Count);
    }

    [SkippableFact]
    public void Rollback_OfADeploymentThatNeverMadeARevision_DoesNothing()
    {
        Then("cr/rill:b");

        var run = Rollback("--failed-image", "cr/rill:c");

        Assert.True(run.ExitCode == 0, run.All);
        Assert.Equal(2, _azure.App.Revisions.Count);
    }

    [SkippableFact]
    public void Rollback_BeforeADeployment_SaysWhatToDoFirst()
    {
        var run = _azure.Script("rollback.sh", "--environment", "other");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("scripts/deploy.sh --environment other", run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void DryRun_NamesTheRevisionAndCopiesNothing()
    {
        Then("cr/rill:b");

        var run = Rollback("--dry-run");

        Assert.Equal(
            $"+ az containerapp revision copy --name {_azure.App.Name} --resource-group rg-test --from-revision {_azure.App.Revisions[0].Name} --output none"
            + $" --subscription {_azure.Cloud.Default.Id}\n",
            run.Output);
        Assert.Equal(2, _azure.App.Revisions.Count);
    }

    [SkippableFact]
    public void List_PrintsTheRevisions()
    {
        Then("cr/rill:b");

        Assert.Equal(string.Concat(_azure.App.Revisions.Select(revision => $"{revision.Name}\t{revision.Image}\n")), Rollback("--list").Output);
    }

    private void Then(params string[] images)
    {
        foreach (var image in images)
        {
            _azure.App.Add(image + _azure.App.Latest.Template[_azure.App.Latest.Image.Length..]);
        }
    }

    private CommandResult Rollback(params string[] more) => _azure.Script("rollback.sh", ["--environment", "test", .. more]);
}
