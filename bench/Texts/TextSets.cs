using System.Text;

namespace Rill.Bench.Texts;

/// <summary>
/// The texts that are encoded: prose and code from the files of this checkout, text in many scripts and chats from a seeded generator. The
/// same for a commit wherever it runs.
/// </summary>
internal static class TextSets
{
    private const int DocumentLength = 6_000;
    private const int SetLength = 200_000;

    /// <summary>All kinds.</summary>
    /// <param name="root">The checkout's folder.</param>
    public static IReadOnlyList<TextSet> All(string root) =>
        [Prose(root), Code(root), GeneratedTexts.ManyScripts(SetLength, DocumentLength), GeneratedTexts.Chats(SetLength, DocumentLength)];

    /// <summary>English: the documentation, and what the sources' documentation comments say.</summary>
    private static TextSet Prose(string root)
    {
        var comments = SourceFiles(root).SelectMany(File.ReadLines).Select(line => line.TrimStart())
            .Where(line => line.StartsWith("///", StringComparison.Ordinal)).Select(PlainComment).Where(line => line.Length > 0);
        var pages = Files(root, "docs", "*.md").Concat(Directory.GetFiles(root, "*.md")).Order(StringComparer.Ordinal).Select(File.ReadAllText);
        return new("English prose", Cut(pages.Append(string.Join('\n', comments))));
    }

    private static TextSet Code(string root) => new("C# code", Cut(SourceFiles(root).Select(File.ReadAllText)));

    private static IEnumerable<string> SourceFiles(string root) => Files(root, "Shared", "*.cs")
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string[] Files(string root, string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(root, folder), pattern, SearchOption.AllDirectories);

    private static string PlainComment(string line)
    {
        var text = new StringBuilder();
        var depth = 0;
        foreach (var character in line.AsSpan(3))
        {
            depth += character == '<' ? 1 : 0;
            if (depth == 0)
            {
                text.Append(character);
            }

            depth -= character == '>' && depth > 0 ? 1 : 0;
        }

        return text.ToString().Trim();
    }

    /// <summary>Puts files together and cuts documents out, at line ends, evenly over all of them.</summary>
    private static List<string> Cut(IEnumerable<string> files)
    {
        var all = string.Join("\n\n", files);
        var count = Math.Min(SetLength, all.Length) / DocumentLength;
        var stride = all.Length / count;
        return [.. Enumerable.Range(0, count).Select(index => CutAt(all, index * stride))];
    }

    private static string CutAt(string text, int from)
    {
        var start = from == 0 ? 0 : text.IndexOf('\n', from) + 1;
        var end = text.IndexOf('\n', Math.Min(start + DocumentLength, text.Length - 1));
        return end < 0 ? text[start..] : text[start..end];
    }
}
