using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>What the compiler itself says of infra/. Any output is a failure, for a misspelt property is only a warning to it.</summary>
public sealed class BicepTests
{
    private static string Main => Repository.Find("infra", "main.bicep");

    public static TheoryData<string> Snapshots => Snapshot.Names;

    [SkippableFact]
    public void Build_Main_HasNoDiagnostics()
    {
        BicepCompiler.SkipUnlessAvailable();

        Assert.Equal("", CompiledTemplate.Build.Errors);
        Assert.Equal(0, CompiledTemplate.Build.ExitCode);
    }

    [SkippableFact]
    public void Lint_Main_HasNoDiagnostics()
    {
        BicepCompiler.SkipUnlessAvailable();

        var lint = BicepCompiler.Run("lint", Main);

        Assert.Equal("", lint.All);
        Assert.Equal(0, lint.ExitCode);
    }

    /// <summary>The parameter files of the snapshots are checked by making the snapshots.</summary>
    [SkippableFact]
    public void BuildParams_OfTheDeployment_FitsTheTemplate()
    {
        BicepCompiler.SkipUnlessAvailable();

        var build = BicepCompiler.Run("build-params", Repository.Find("infra", "main.bicepparam"), "--stdout");

        Assert.Equal("", build.Errors);
        Assert.Equal(0, build.ExitCode);
    }

    [SkippableTheory]
    [MemberData(nameof(Snapshots))]
    public void Snapshot_OfEachParameterSet_IsUpToDate(string name)
    {
        BicepCompiler.SkipUnlessAvailable();

        var file = Repository.Find("infra", "snapshots", name + ".bicepparam");
        var snapshot = BicepCompiler.Run(["snapshot", file, "--mode", "validate", .. BicepCompiler.FixedScope]);

        Assert.True(snapshot.ExitCode == 0, snapshot.All + "\nIf the change is meant: scripts/snapshots.sh");
    }

    /// <summary>The compiler shuffles them each time; scripts/snapshots.sh does not, so that a difference is a change.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Snapshot_HasItsOutputsInOrder(string name)
    {
        using var file = JsonDocument.Parse(Repository.Read("infra", "snapshots", name + ".snapshot.json"));
        var outputs = file.RootElement.At("outputs").EnumerateObject().Select(output => output.Name).ToList();

        Assert.Equal(outputs.Order(StringComparer.Ordinal), outputs);
    }

    [SkippableTheory]
    [InlineData("*.bicep")]
    [InlineData("*.bicepparam")]
    public void Format_EveryFile_ChangesNothing(string kind)
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();

        var format = BicepCompiler.Run("format", "--pattern", copy.Find("**", kind));

        Assert.Equal("", format.Errors);
        foreach (var formatted in Directory.EnumerateFiles(copy.Folder, kind, SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(copy.Folder, formatted);
            Assert.True(Repository.Read("infra", name) == File.ReadAllText(formatted), $"infra/{name} is not formatted: bicep format infra/{name}");
        }
    }

    [SkippableFact]
    public void Build_WithAMisspeltProperty_HasDiagnosticsThoughItSucceeds()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/app.bicep", "      terminationGracePeriodSeconds:", "      terminationGracePeriodSecond:");

        var build = BicepCompiler.Run("build", copy.Find("main.bicep"), "--stdout");

        Assert.Equal(0, build.ExitCode);
        Assert.Contains("terminationGracePeriodSecond", build.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Lint_WithAnUnusedParameter_Fails()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/identity.bicep", "param name string", "param name string\nparam unused string = ''");

        var lint = BicepCompiler.Run("lint", copy.Find("modules", "identity.bicep"));

        Assert.Equal(1, lint.ExitCode);
        Assert.Contains("Error no-unused-params", lint.All, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Snapshot_AfterAChange_Fails()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/app.bicep", "failureThreshold: 10", "failureThreshold: 9");

        var snapshot = BicepCompiler.Run(
            ["snapshot", copy.Find("snapshots", "t4.bicepparam"), "--mode", "validate", .. BicepCompiler.FixedScope]);

        Assert.Equal(1, snapshot.ExitCode);
    }
}
