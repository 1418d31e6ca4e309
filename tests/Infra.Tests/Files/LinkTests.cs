using System.Text.RegularExpressions;
using Rill.Infra.Tests.Support;

namespace Rill.Infra.Tests.Files;

/// <summary>Links from page to page lead to files that are there, and to headings that they have.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] _folders = [".", "docs", "docs/adr", "bench"];

    [Fact]
    public void EveryLink_LeadsToAFile_AndToAHeadingOfIt()
    {
        var pages = _folders.SelectMany(folder => Directory.EnumerateFiles(Repository.Find(folder), "*.md")).Select(Path.GetFullPath).ToList();
        var links = pages.SelectMany(page => Link().Matches(WithoutCode(page)).Select(match => (Page: page, Target: match.Groups[1].Value)))
            .Where(link => !Scheme().IsMatch(link.Target)).ToList();

        Assert.True(links.Count > 400, $"Only {links.Count} links were found.");
        Assert.Empty(links.Where(link => !Leads(link.Page, link.Target)).Select(link => $"{Path.GetRelativePath(Repository.Root, link.Page)}: {link.Target}"));
    }

    [Theory]
    [InlineData("docs/costs.md#a-thousand-requests", true)]
    [InlineData("docs/costs.md#a-million-requests", false)]
    [InlineData("docs/no-such-page.md", false)]
    public void Leads_KnowsOneFromTheOther(string target, bool expected) => Assert.Equal(expected, Leads(Repository.Find("README.md"), target));

    [Fact]
    public void Index_NamesEveryPage()
    {
        var named = Link().Matches(Repository.Read("docs", "README.md")).Select(match => match.Groups[1].Value.Split('#')[0]).ToHashSet();

        Assert.Empty(Directory.EnumerateFiles(Repository.Find("docs"), "*.md").Select(Path.GetFileName).Where(page => page != "README.md").Except(named));
    }

    private static bool Leads(string page, string target)
    {
        var (path, heading) = target.Split('#') is [var file, var anchor] ? (file, anchor) : (target, null);
        var found = path.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
        return (File.Exists(found) || Directory.Exists(found))
            && (heading is null || !found.EndsWith(".md", StringComparison.Ordinal) || Headings(found).Contains(heading));
    }

    /// <summary>The names under which GitHub links to a page's headings.</summary>
    private static HashSet<string> Headings(string page) => [.. Heading().Matches(WithoutCode(page)).Select(match => Name(match.Groups[1].Value))];

    private static string Name(string heading) => string.Concat(
        LinkText().Replace(heading, "$1").Trim().ToLowerInvariant().Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '_'))
        .Replace(' ', '-');

    private static string WithoutCode(string page) => Fence().Replace(File.ReadAllText(page), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z]+:")]
    private static partial Regex Scheme();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();
}
