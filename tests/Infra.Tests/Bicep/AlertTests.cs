using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Bicep;

/// <summary>The alerts. Their queries cannot be run offline; that they name what exists can be seen.</summary>
public sealed partial class AlertTests
{
    public static TheoryData<string> Snapshots => Snapshot.Names;

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Alerts_AreTheThreeThatUsersWouldNoticeFirst(string name)
    {
        var names = Snapshot.Load(name).Of("Microsoft.Insights/scheduledQueryRules").Select(rule => rule.At("name").GetString()!);

        Assert.Equal(
            ["error-rate", "time-to-first-token", "waiting-without-replica"],
            names.Select(rule => string.Join('-', rule.Split('-').Skip(4))).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Queries_NameTheAppAndHaveNoPlaceholderLeft(string name)
    {
        var snapshot = Snapshot.Load(name);
        foreach (var query in Queries(snapshot))
        {
            Assert.DoesNotMatch(Placeholder(), query);
            if (query.Contains("ContainerApp", StringComparison.Ordinal))
            {
                Assert.Contains($"ContainerAppName == '{snapshot.App.At("name").GetString()}'", query, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Queries_AskForMetricsThatTheAppHas()
    {
        var instruments = Repository.Read("Shared", "Core", "Telemetry", "RillMetrics.cs");
        var asked = Queries(Snapshot.Load("t4")).SelectMany(query => MetricName().Matches(query)).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains($"\"{metric}\"", instruments, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Rules_LookOftenEnoughAndBearMissingTables(string name)
    {
        foreach (var properties in Snapshot.Load(name).Of("Microsoft.Insights/scheduledQueryRules").Select(Snapshot.Properties))
        {
            Assert.Equal("PT5M", properties.At("evaluationFrequency").GetString());
            Assert.True(properties.At("skipQueryValidation").GetBoolean());
            Assert.True(properties.At("enabled").GetBoolean());
        }
    }

    [Fact]
    public void Contacts_AreToldWhenThereAreAny()
    {
        Assert.Empty(Snapshot.Load("t4").Of("Microsoft.Insights/actionGroups"));
        Assert.All(
            Snapshot.Load("t4").Of("Microsoft.Insights/scheduledQueryRules"),
            rule => Assert.Equal(0, rule.At("properties.actions.actionGroups").GetArrayLength()));

        Assert.Equal(2, Snapshot.Load("a100").Only("Microsoft.Insights/actionGroups").At("properties.emailReceivers").GetArrayLength());
        Assert.All(
            Snapshot.Load("a100").Of("Microsoft.Insights/scheduledQueryRules"),
            rule => Assert.Equal(1, rule.At("properties.actions.actionGroups").GetArrayLength()));
    }

    [GeneratedRegex("APP_NAME|ERROR_PERCENT|FIRST_TOKEN_SECONDS")]
    private static partial Regex Placeholder();

    [GeneratedRegex("Name == '((?:vllm|rill)[^']*)'")]
    private static partial Regex MetricName();

    private static IEnumerable<string> Queries(Snapshot snapshot) =>
        snapshot.Of("Microsoft.Insights/scheduledQueryRules")
            .SelectMany(rule => rule.At("properties.criteria.allOf").EnumerateArray())
            .Select(criterion => criterion.At("query").GetString()!);
}
