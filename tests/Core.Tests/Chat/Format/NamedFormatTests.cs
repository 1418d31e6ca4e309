using Rill.Chat.Format.Named;

namespace Rill.Core.Tests.Chat.Format;

/// <summary>The formats that have names.</summary>
public sealed class NamedFormatTests
{
    [Fact]
    public void Names_StandInTheirDocument_AndNoOthers()
    {
        var document = File.ReadAllText(Path.Combine(Vectors.RepositoryRoot(), "docs", "message-formats.md"));
        var rows = document[document.IndexOf("## Names", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.Equal(NamedFormats.Names, rows.Select(row => row.Split('`')[1]).Where(name => !name.StartsWith("Rill", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Find_OfNoName_GivesNothing() => Assert.Null(NamedFormats.Find("klingon"));
}
