namespace Rill.Models;

/// <summary>How a tensor of the decoder is made from a published one.</summary>
/// <param name="Name">The published tensor's name.</param>
public sealed record WeightRecipe(string Name)
{
    /// <summary>True when the matrix is published as [in, out].</summary>
    public bool Transposed { get; init; }

    /// <summary>For tensors of all experts [experts, rows, columns]: the expert; null for others.</summary>
    public int? Expert { get; init; }

    /// <summary>Which rows are taken, after the transposition; null for all.</summary>
    public RowPattern? Rows { get; init; }

    /// <summary>
    /// The published vectors that are the further rows of a matrix [rows, columns] whose first row <see cref="Name"/> is; empty for all others.
    /// </summary>
    public IReadOnlyList<string> NextRows { get; init; } = [];

    /// <summary>All published tensors that are taken from.</summary>
    public IEnumerable<string> Names => NextRows.Prepend(Name);

    /// <summary>The first of the columns that are taken, after the transposition, as many as asked for; null for all.</summary>
    public long? FirstColumn { get; init; }
}

/// <summary>Rows of a tensor, stretch by stretch: row r of the result is the tensor's row Offset + r / Length * Stride + r % Length.</summary>
/// <param name="Offset">The first row.</param>
/// <param name="Length">Rows of a stretch.</param>
/// <param name="Stride">From the beginning of one stretch to the next's.</param>
public sealed record RowPattern(long Offset, long Length = long.MaxValue, long Stride = 0)
{
    /// <summary>The tensor's row for a row of the result.</summary>
    public long At(long row) => Offset + (row / Length * Stride) + (row % Length);

    /// <summary>True when so many rows follow one another.</summary>
    public bool IsContiguous(long rows) => rows <= Length || Stride == Length;
}

/// <summary>Another spelling of the beginnings of published names.</summary>
/// <param name="Decoder">Stands where "model." is expected.</param>
/// <param name="Head">Stands where "lm_head." is expected.</param>
public sealed record NamePrefixes(string Decoder, string Head);
