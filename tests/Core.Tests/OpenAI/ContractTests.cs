using System.Text.RegularExpressions;
using Rill.Chat.Input.Messages;
using Rill.OpenAI;

namespace Rill.Core.Tests.OpenAI;

/// <summary>docs/contract.md has what others cite, and what the code does.</summary>
public sealed partial class ContractTests
{
    private static readonly string s_root = Vectors.RepositoryRoot();
    private static readonly string s_contract = File.ReadAllText(Path.Combine(s_root, "docs", "contract.md"));

    [Fact]
    public void EverySectionThatIsCited_IsThere()
    {
        var sections = Section().Matches(s_contract).Select(match => match.Groups[1].Value).ToHashSet();
        var citations = CitingFiles().SelectMany(file => Citations(file).Select(section => (section, File: Path.GetRelativePath(s_root, file)))).ToList();

        Assert.True(citations.Count > 20, $"Only {citations.Count} citations were found.");
        Assert.All(citations, citation => Assert.Contains(citation.section, sections));
    }

    [Fact]
    public void EveryFieldThatIsRefused_IsInTheTable() => Assert.All(
        UnsupportedFields.ChatNames.Concat(UnsupportedFields.CompletionNames).Concat(UnsupportedFields.ResponseNames).Concat(UnsupportedFields.EmbeddingNames),
        name => Assert.Contains($"`{name}`", s_contract, StringComparison.Ordinal));

    [Fact]
    public void EveryFieldOfTheTable_IsRefused()
    {
        var table = RefusedTable().Match(s_contract).Groups[1].Value;
        var names = Name().Matches(Bracket().Replace(table, "")).Select(match => match.Groups[1].Value).ToList();

        Assert.True(names.Count > 80, $"Only {names.Count} fields were found.");
        Assert.Empty(names.Except(UnsupportedFields.ChatNames));
    }

    [Fact]
    public void EveryFieldOfMessagesThatIsRefused_IsNamed() =>
        Assert.All(RefusedFields.Names, name => Assert.Contains($"`{name}`", s_contract, StringComparison.Ordinal));

    [Fact]
    public void EverySettingThatItNames_Exists()
    {
        var settings = File.ReadAllText(Path.Combine(s_root, "docs", "settings.md"));

        Assert.All(Setting().Matches(s_contract).Select(match => match.Value), name => Assert.Contains($"`{name}`", settings, StringComparison.Ordinal));
    }

    private static IEnumerable<string> CitingFiles() =>
        new[] { "FunctionApp", "Shared", "tests", "tools", "bench", "docs" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(s_root, folder), "*.*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".md" && !BuildOutput().IsMatch(file));

    private static IEnumerable<string> Citations(string file)
    {
        var text = LineBreak().Replace(File.ReadAllText(file), " ");
        return Citation().Matches(text).SelectMany(match => SectionName().Matches(match.Value)).Select(match => match.Value);
    }

    /// <summary>A heading such as <c>### B.8 Errors</c>, or a row of the table of what clients do.</summary>
    [GeneratedRegex(@"^(?:### |\| )([A-H]\.\d+|M\d+)\b", RegexOptions.Multiline)]
    private static partial Regex Section();

    /// <summary><c>contract B.8 to B.10</c>, <c>contract M1 to M3, B.8</c>, <c>(M21)</c>.</summary>
    /// <summary>The rows below the words that begin the table.</summary>
    [GeneratedRegex(@"\*\*Refused by name\*\* \(400[^\n]*\n\n\| of \| fields \|\n\|[-|]+\n((?:\|[^\n]*\n)+)")]
    private static partial Regex RefusedTable();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Bracket();

    [GeneratedRegex(@"\b[Cc]ontract (?:(?:[A-H]\.\d+|M\d+)(?:, | to | and )?)+|\((?:[A-H]\.\d+|M\d+)(?:(?:, | to )(?:[A-H]\.\d+|M\d+))*\)")]
    private static partial Regex Citation();

    [GeneratedRegex(@"[A-H]\.\d+|M\d+")]
    private static partial Regex SectionName();

    [GeneratedRegex(@"\s*\n\s*(?:///?)?\s*")]
    private static partial Regex LineBreak();

    [GeneratedRegex(@"Rill__\w+")]
    private static partial Regex Setting();

    [GeneratedRegex(@"[\\/](?:bin|obj|node_modules)[\\/]")]
    private static partial Regex BuildOutput();
}
