namespace Rill.Bench.Report;

/// <summary>bench/RESULTS.md: one section for each part, so that one part can be measured anew and the others stay.</summary>
internal static class ResultsFile
{
    private const string SectionMark = "\n## ";

    /// <summary>Puts <paramref name="section"/>, which begins with <c>## Title</c>, in the place of the one with the same title, or at the end.</summary>
    public static string Replace(string file, string section)
    {
        var title = "\n" + section[..section.IndexOf('\n', StringComparison.Ordinal)] + "\n";
        var start = file.IndexOf(title, StringComparison.Ordinal);
        if (start < 0)
        {
            return $"{file.TrimEnd()}\n\n{section.TrimEnd()}\n";
        }

        var end = file.IndexOf(SectionMark, start + title.Length - 1, StringComparison.Ordinal);
        var rest = end < 0 ? "\n" : "\n" + file[end..];
        return file[..(start + 1)] + section.TrimEnd() + rest;
    }
}
