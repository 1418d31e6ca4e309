using System.Reflection;
using System.Text.RegularExpressions;
using Rill.FunctionApp.Tests.Host;

namespace Rill.FunctionApp.Tests.Docs;

/// <summary>docs/clients.md names tests that exist.</summary>
public sealed partial class ClientsPageTests
{
    [Fact]
    public void EveryTestThatThePageNames_Exists()
    {
        var tests = typeof(ClientsPageTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes<FactAttribute>().Any())
            .Select(method => method.Name).ToHashSet();
        var named = TestName().Matches(File.ReadAllText(Path.Combine(BuiltPrograms.Root, "docs", "clients.md"))).Select(match => match.Groups[1].Value).ToList();

        Assert.True(named.Count > 40, $"Only {named.Count} names were found.");
        Assert.Empty(named.Except(tests));
    }

    /// <summary>What stands in backticks and has the parts of a test's name.</summary>
    [GeneratedRegex("`([A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
