using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>What the compiler itself says of infra/. Any output is a failure, for a misspelt property is only a warning to it.</summary>
public sealed class BicepTests
{
    public static TheoryData<string> Snapshots => Snapshot.Names;

    /// <summary>Of the compiler and of its linter.</summary>
    [SkippableFact]
    public void Build_Main_HasNoDiagnostics()
    {
        BicepCompiler.SkipUnlessAvailable();

        Assert.Equal("", CompiledTemplate.Build.Diagnostics);
        Assert.True(CompiledTemplate.Build.Succeeded);
    }

    /// <summary>The parameter files of the snapshots are checked by making the snapshots.</summary>
    [SkippableFact]
    public void BuildParams_OfTheDeployment_FitsTheTemplate()
    {
        BicepCompiler.SkipUnlessAvailable();

        var build = BicepCompiler.BuildParameters(Repository.Find("infra", "main.bicepparam"));

        Assert.Equal("", build.Diagnostics);
        Assert.True(build.Succeeded);
    }

    [SkippableTheory]
    [MemberData(nameof(Snapshots))]
    public void Snapshot_OfEachParameterSet_IsUpToDate(string name)
    {
        BicepCompiler.SkipUnlessAvailable();

        var made = BicepCompiler.Snapshot(Repository.Find("infra", "snapshots", name + ".bicepparam"));

        Assert.Null(made.Refusal);
        Assert.True(IsCommitted(made, name), $"{made.Text}\nIf the change is meant: scripts/snapshots.sh");
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
        foreach (var file in Directory.EnumerateFiles(Repository.Find("infra"), kind, SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(Repository.Root, file);
            Assert.True(File.ReadAllText(file) == BicepCompiler.Format(file), $"{name} is not formatted: bicep format {name}");
        }
    }

    [SkippableFact]
    public void Format_OfAnUntidyFile_ChangesIt()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/identity.bicep", "param name string", "param   name string");

        Assert.Equal(Repository.Read("infra", "modules", "identity.bicep"), BicepCompiler.Format(copy.Find("modules", "identity.bicep")));
    }

    [SkippableFact]
    public void Build_WithAMisspeltProperty_HasDiagnosticsThoughItSucceeds()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/app.bicep", "      terminationGracePeriodSeconds:", "      terminationGracePeriodSecond:");

        var build = BicepCompiler.Build(copy.Find("main.bicep"));

        Assert.True(build.Succeeded);
        Assert.Contains("Warning BCP089: The property \"terminationGracePeriodSecond\"", build.Diagnostics, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Build_WithAnUnusedParameter_Fails()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/identity.bicep", "param name string", "param name string\nparam unused string = ''");

        var build = BicepCompiler.Build(copy.Find("modules", "identity.bicep"));

        Assert.False(build.Succeeded);
        Assert.Contains("Error no-unused-params", build.Diagnostics, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Snapshot_AfterAChange_IsAnotherOne()
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("modules/app.bicep", "failureThreshold: 10", "failureThreshold: 9");

        var made = copy.MakeSnapshot("t4");

        Assert.Null(made.Refusal);
        Assert.False(IsCommitted(made, "t4"));
    }

    /// <summary>Whether it is the committed one but for the order of members, which the compiler shuffles.</summary>
    private static bool IsCommitted(BicepSnapshot made, string name) =>
        JsonElement.DeepEquals(JsonElement.Parse(made.Text!), JsonElement.Parse(Repository.Read("infra", "snapshots", name + ".snapshot.json")));
}
