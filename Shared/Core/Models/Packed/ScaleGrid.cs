namespace Rill.Models.Packed;

/// <summary>Where the scale of a matrix's element stands.</summary>
/// <param name="Matrix">The matrix, or the stack.</param>
/// <param name="BlockRows">Rows that share a scale.</param>
/// <param name="BlockColumns">Columns that share a scale.</param>
/// <param name="Rows">Scales along a column.</param>
/// <param name="Columns">Scales along a row; 0 where there is one scale for all.</param>
internal readonly record struct ScaleGrid(MatrixShape Matrix, long BlockRows, long BlockColumns, long Rows, long Columns)
{
    /// <summary>Finds out what each scale is for.</summary>
    /// <exception cref="ModelFormatException">The scales' shape does not fit the matrix.</exception>
    public static ScaleGrid Of(MatrixShape matrix, PackedPart scale, IReadOnlyList<int>? block)
    {
        if (scale.Count == 1)
        {
            return new(matrix, matrix.Rows, matrix.Columns, 0, 0);
        }

        var shape = scale.Shape;
        var (rows, columns) = shape.Count == 1 ? (shape[0], 1) : (shape[^2], shape[^1]);
        var grid = block is [var blockRows, var blockColumns]
            ? new ScaleGrid(matrix, blockRows, blockColumns, Blocks(matrix.Rows, blockRows), Blocks(matrix.Columns, blockColumns))
            : new ScaleGrid(matrix, rows == 1 ? matrix.Rows : 1, columns == 0 ? 1 : matrix.Columns / columns, rows == 1 ? 1 : matrix.Rows, columns);
        var fits = scale.Count > 0 && (grid.Rows, grid.Columns, matrix.Count * rows * columns) == (rows, columns, scale.Count);
        return fits && (block is not null || matrix.Columns % columns == 0)
            ? grid
            : throw scale.Wrong($"has the shape [{string.Join(", ", shape)}], which does not fit a matrix of [{matrix.Rows}, {matrix.Columns}]");
    }

    /// <summary>The index of an element's scale.</summary>
    /// <param name="row">The row, counted over the whole stack.</param>
    /// <param name="column">The column.</param>
    public long At(long row, long column) =>
        (((row / Matrix.Rows * Rows) + (row % Matrix.Rows / BlockRows)) * Columns) + (Columns == 0 ? 0 : column / BlockColumns);

    /// <summary>The first column after this one that has another scale.</summary>
    public int End(int column) => (int)Math.Min(Matrix.Columns, ((column / BlockColumns) + 1) * BlockColumns);

    private static long Blocks(long length, long block) => (length + block - 1) / block;
}
