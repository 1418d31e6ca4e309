namespace Rill.Models.Packed;

/// <summary>Which group of inputs, that is, which scale each column of a matrix has.</summary>
internal static class ColumnGroups
{
    /// <summary>The groups of the columns, read when they are first asked for.</summary>
    /// <param name="index">
    /// Names each column's group; null, or beginning with -1, for groups of <paramref name="size"/> columns in their order.
    /// </param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="groups">Number of groups.</param>
    /// <param name="size">Columns of a group.</param>
    public static Lazy<int[]> Of(PackedPart? index, long columns, long groups, long size) => new(() =>
    {
        var found = new int[columns];
        var isIndexed = index is not null && index.Whole(0) != -1;
        for (var column = 0; column < found.Length; column++)
        {
            var group = isIndexed ? index!.Whole(column) : column / size;
            found[column] = group >= 0 && group < groups ? (int)group : throw index!.Wrong($"names the group {group}, but there are {groups}");
        }

        return found;
    });
}
