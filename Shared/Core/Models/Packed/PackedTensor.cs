namespace Rill.Models.Packed;

/// <summary>A tensor whose elements are made of other tensors of the files, its parts.</summary>
/// <param name="Name">The name by which decoders know it, such as X.weight.</param>
/// <param name="Type">How its elements are packed, such as INT4.</param>
/// <param name="Shape">Its dimensions, outermost first, each at least 1.</param>
/// <param name="Parts">What it is made of; nobody else sees these.</param>
/// <param name="Unpack">Makes its rows.</param>
internal sealed record PackedTensor(string Name, string Type, long[] Shape, IReadOnlyList<PackedPart> Parts, RowUnpacker Unpack)
{
    /// <summary>How many rows are made by one call; the number of rows is a multiple of it.</summary>
    public int RowsAtOnce { get; init; } = 1;

    /// <summary>See <see cref="PublishedTensor.LargestMultiple"/>.</summary>
    public int LargestMultiple { get; init; }
}

/// <summary>Writes some rows of a tensor, a row being what its last dimension counts.</summary>
/// <param name="first">The first row, counted over all dimensions but the last.</param>
/// <param name="values">Takes the rows' elements, as many as <see cref="PackedTensor.RowsAtOnce"/> rows have.</param>
internal delegate void RowUnpacker(long first, Span<float> values);
