using Rill.Infra.Tests.StandIn;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Workflows;

/// <summary>The jobs of roll-out.yml with the real scripts, in an Azure that keeps state: a first deployment, the next one, one that fails, and back.</summary>
public sealed class RollOutWalkTests : IDisposable
{
    private readonly StandInAzure _azure;
    private int _runs;

    public RollOutWalkTests()
    {
        Skip.If(OperatingSystem.IsWindows(), "The scripts are for bash.");
        _azure = new StandInAzure();
        Smoke(exitCode: 0); // smoke.sh itself is tested against the app
    }

    public void Dispose() => _azure.Dispose();

    /// <summary>One story, since each deployment takes seconds: a commit, a refresh that is bad, one that is good, and back by hand.</summary>
    [SkippableFact]
    public void Deployments_OfOneCommit_EachServeAnImageOfTheirOwn_UntilTheyGoBack()
    {
        var first = Run("deploy", "none");
        var commit = Image(first);
        AssertPassed(first.Steps);
        Assert.Matches(@"/rill:(tree-)?[0-9a-f]{12}-cpu$", commit);
        Assert.Equal((commit, _azure.App.Latest), (_azure.App.Latest.Image, _azure.App.Ready));
        Assert.Equal("cpu", first.Outputs["steps.registry.outputs.backend"]);
        Assert.StartsWith("https://", first.Outputs["steps.app.outputs.url"], StringComparison.Ordinal);

        Smoke(exitCode: 1);
        var bad = Run("deploy", "none", refresh: true);
        Assert.Equal(["failure", "success"], bad.Steps.TakeLast(2).Select(step => step.Result));
        Assert.StartsWith(commit + "-20", Image(bad), StringComparison.Ordinal);
        Assert.Equal(commit, _azure.App.Ready!.Image);

        Smoke(exitCode: 0);
        var good = Run("deploy", "none", refresh: true);
        AssertPassed(good.Steps);
        Assert.NotEqual(Image(bad), Image(good));
        Assert.Equal(Image(good), _azure.App.Ready!.Image);

        _azure.ForgetCalls();
        AssertPassed(Run("what-if", "none").Steps);
        Assert.All(_azure.Changes, call => Assert.Contains(" what-if ", call, StringComparison.Ordinal));

        AssertPassed(Run("rollback", "none").Steps);
        Assert.Equal(commit, _azure.App.Ready!.Image); // what served before the good one, the bad one's rollback
    }

    private static string Image((IReadOnlyList<StepResult> Steps, Dictionary<string, string> Outputs) run) => run.Outputs["steps.registry.outputs.image"];

    private static void AssertPassed(IReadOnlyList<StepResult> steps) =>
        Assert.All(steps, step => Assert.True(step.Result == "success" || step.Name == "Back to the revision before" && step.Result == "skipped", step.Name + "\n" + step.Output));

    private (IReadOnlyList<StepResult> Steps, Dictionary<string, string> Outputs) Run(string job, string gpu, bool refresh = false)
    {
        using var simulation = new JobSimulation(_azure) { RunNumber = ++_runs };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["inputs.name"] = "prod",
            ["inputs.gpu"] = gpu,
            ["inputs.refresh"] = refresh ? "true" : "false",
            ["vars.AZURE_LOCATION"] = "swedencentral",
            ["vars.AZURE_PRINCIPAL_ID"] = Cloud.User,
        })
        {
            simulation.Contexts[name] = value;
        }

        // What docker/build-push-action does to the registry.
        simulation.OnAction = step =>
        {
            if (step == "Image")
            {
                _azure.Group.Registry!.Push(simulation.Outputs["steps.registry.outputs.image"].Split('/')[1]);
            }
        };
        return (simulation.Run("roll-out.yml", job), new Dictionary<string, string>(simulation.Outputs));
    }

    private void Smoke(int exitCode) => File.WriteAllText(
        Path.Combine(_azure.Folder, "scripts", "smoke.sh"),
        $"#!/usr/bin/env bash\n[ -n \"$RILL_API_KEY\" ] && [ \"$1\" = --url ] && [[ $2 == https://* ]] && exit {exitCode}\nexit 9\n");
}
