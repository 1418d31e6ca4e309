namespace Rill.Text.Jinja;

/// <summary>The filters, by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Function> s_filters =
        TextFilters.All.Concat(NumberFilters.All).Concat(SequenceFilters.All).Concat(SelectionFilters.All)
            .ToDictionary(filter => filter.Name);

    private static readonly Dictionary<string, string> s_aliases = new()
    {
        ["d"] = "default",
        ["e"] = "escape",
        ["count"] = "length",
    };

    public static Function? Find(string name) => s_filters.GetValueOrDefault(s_aliases.GetValueOrDefault(name, name));
}
