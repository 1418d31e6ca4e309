namespace Rill.Models.Packed;

/// <summary>A matrix, or a stack of equal ones.</summary>
/// <param name="Count">How many.</param>
/// <param name="Rows">Rows of each: outputs.</param>
/// <param name="Columns">Columns of each: inputs.</param>
internal readonly record struct MatrixShape(long Count, long Rows, long Columns)
{
    // A row is unpacked at once. Published ones have less than a tenth of this.
    private const long MostColumns = 1 << 24;

    /// <summary>The shape of a part of two or three dimensions whose last dimension holds that many columns for each of its elements.</summary>
    /// <exception cref="ModelFormatException">The part has another number of dimensions, is empty, or has rows beyond what Rill unpacks.</exception>
    public static MatrixShape Of(PackedPart part, long columns)
    {
        var (shape, rank) = (part.Shape, part.Shape.Count);
        return rank is 2 or 3 && part.Count > 0 && columns is > 0 and <= MostColumns
            ? new(rank == 3 ? shape[0] : 1, shape[rank - 2], columns)
            : throw part.Wrong($"has the shape [{string.Join(", ", shape)}], which no packed matrix has");
    }

    /// <summary>The dimensions, without a leading one where there is a single matrix of two.</summary>
    public long[] Dimensions(PackedPart part) => part.Shape.Count == 3 ? [Count, Rows, Columns] : [Rows, Columns];
}
