using Rill.Models;

namespace Rill.Core.Tests.Models.Architectures;

/// <summary>docs/models.md names what the registry has, no more and no less.</summary>
public sealed class ModelsDocumentTests
{
    [Fact]
    public void Table_OfArchitectures_NamesExactlyThoseOfTheRegistry()
    {
        var rows = File.ReadAllLines(Path.Combine(Vectors.RepositoryRoot(), "docs", "models.md"))
            .SkipWhile(line => !line.StartsWith("| class |", StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'));

        Assert.Equal(
            ArchitectureRegistry.Names.Order(StringComparer.Ordinal),
            rows.SelectMany(row => row.Split('|')[1].Split(',')).Select(name => name.Trim(' ', '`')).Order(StringComparer.Ordinal));
    }
}
