using System.Text.Json;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>
/// What the template refuses before anything is made. The compiler's snapshots evaluate expressions as the resource manager does, so that a
/// refusal shows here with its message.
/// </summary>
public sealed class CheckTests
{
    private static readonly JsonElement _regions = JsonDocument.Parse(Repository.Read("infra", "gpu-regions.json")).RootElement;

    [SkippableFact]
    public void Name_WithOtherCharacters_IsRefused()
    {
        var refusal = Snapshot("cpu", ("param environmentName = 'rill-cpu'", "param environmentName = 'My_rill'"));

        Assert.Contains("The environment's name My_rill has characters other than lower-case letters, digits and hyphens", refusal.Refusal, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Region_WithoutTheGpu_IsRefusedAndOthersAreNamed()
    {
        var refusal = Snapshot("a100", ("'swedencentral'", "'francecentral'")); // where T4s are

        Assert.Contains("Region francecentral had no serverless a100", refusal.Refusal, StringComparison.Ordinal);
        Assert.Contains(string.Join(", ", Regions("a100")), refusal.Refusal, StringComparison.Ordinal);
        Assert.Contains("RILL_CHECK_REGION=false", refusal.Refusal, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Region_ThatIsNotChecked_IsTaken()
    {
        var made = Snapshot("t4", ("'swedencentral'", "'northeurope'\nparam checkRegion = false"));

        Assert.Null(made.Refusal);
    }

    [Fact]
    public void Regions_AreNamesAsAzureWritesThemAndStandBesideTheirSource()
    {
        Assert.StartsWith("https://github.com/microsoft/azure-container-apps/", _regions.At("source").GetString(), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", _regions.At("generated").GetString());
        foreach (var gpu in new[] { "t4", "a100" })
        {
            Assert.All(Regions(gpu), region => Assert.Matches("^[a-z]+[0-9]?$", region));
            Assert.Equal(Regions(gpu).Order(StringComparer.Ordinal).Distinct(), Regions(gpu));
        }

        Assert.Empty(Regions("a100").Except(Regions("t4"))); // every region that had the larger one had both
    }

    private static List<string> Regions(string gpu) => [.. _regions.At(gpu).EnumerateArray().Select(region => region.GetString()!)];

    private static BicepSnapshot Snapshot(string name, (string Text, string By) change)
    {
        BicepCompiler.SkipUnlessAvailable();
        using var copy = new InfraCopy();
        copy.Replace($"snapshots/{name}.bicepparam", change.Text, change.By);
        return copy.MakeSnapshot(name);
    }
}
