using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>
/// What one deployment would change after another, as far as that shows without Azure: from the resources that both predict.
/// </summary>
public sealed class WhatIfTests
{
    /// <summary>scripts/deploy.sh deploys twice the first time: everything that the app needs, and then the app.</summary>
    [SkippableFact]
    public void DeploymentWithoutAnImage_MakesEverythingButTheApp()
    {
        var foundation = Changed("param image = 'registry.example/rill:0123abc'", "param image = ''");
        var whole = Snapshot.Load("t4");

        Assert.Equal(whole.ById.Keys.Except([whole.App.At("id").GetString()!]).Order(), foundation.ById.Keys.Order());
        Assert.Equal([], Different(whole, foundation));
    }

    [SkippableFact]
    public void AnotherGpu_ChangesWhereTheAppRunsAndNoName()
    {
        var without = Changed("param gpu = 't4'", "param gpu = 'none'");
        var with = Snapshot.Load("t4");

        Assert.Equal(with.ById.Keys.Order(), without.ById.Keys.Order());
        Assert.Equal(
            [
                "Microsoft.App/containerApps", "Microsoft.App/managedEnvironments", "Microsoft.ContainerRegistry/registries",
                "Microsoft.Resources/resourceGroups", // its tags, by which scripts/deploy.sh knows the GPU the next time
            ],
            Different(with, without));
    }

    /// <summary>Azure takes both spellings, and azd and az show one each.</summary>
    [SkippableFact]
    public void Region_InItsOtherSpelling_IsTheSameDeployment() =>
        Assert.Equal(Snapshot.Load("t4").ById.Keys.Order(), Changed("'swedencentral'", "'Sweden Central'").ById.Keys.Order());

    [SkippableFact]
    public void Salt_RenamesEverythingInTheGroup()
    {
        var salted = Changed("param gpu = 't4'", "param gpu = 't4'\nparam nameSalt = '2'");

        Assert.Equal(["Microsoft.Resources/resourceGroups"], Snapshot.Load("t4").ById.Where(entry => salted.ById.ContainsKey(entry.Key))
            .Select(entry => CompiledTemplate.Type(entry.Value)).Distinct().Except(["Microsoft.Insights/workbooks"])); // named after the group
    }

    /// <summary>The snapshot of a T4's parameters, one of which is another.</summary>
    private static Snapshot Changed(string text, string by)
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace("snapshots/t4.bicepparam", text, by);
        var made = copy.MakeSnapshot("t4");
        Assert.Null(made.Refusal);
        return Snapshot.Parse(made.Text!);
    }

    /// <summary>The types of the resources that both have and that are not alike.</summary>
    private static IEnumerable<string> Different(Snapshot one, Snapshot other) => one.ById
        .Where(entry => other.ById.TryGetValue(entry.Key, out var same) && !JsonElement.DeepEquals(entry.Value, same))
        .Select(entry => CompiledTemplate.Type(entry.Value))
        .Distinct()
        .Order(StringComparer.Ordinal);
}
