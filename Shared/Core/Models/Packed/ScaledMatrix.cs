namespace Rill.Models.Packed;

/// <summary>Matrices of 8-bit numbers with a scale for all, for each row, for groups of a row's columns, or for rectangles: (q - z) * s.</summary>
internal static class ScaledMatrix
{
    /// <summary>Puts the parts together.</summary>
    /// <param name="weight">q, F8_E4M3 or I8, [rows, columns] or a stack of those.</param>
    /// <param name="scale">s: one, or [rows], [rows, 1], [rows, groups], or as many as there are rectangles; stacked as the weight is.</param>
    /// <param name="zero">z, shaped like the scale; null for none.</param>
    /// <param name="block">Rows and columns of a rectangle, smaller at the edges; null to take whole rows or even groups.</param>
    public static PackedTensor Of(PackedPart weight, PackedPart scale, PackedPart? zero, IReadOnlyList<int>? block)
    {
        var shape = MatrixShape.Of(weight.OfType("F8_E4M3", "I8"), weight.Columns);
        var grid = ScaleGrid.Of(shape, scale, block);
        if (zero is not null && zero.Count != scale.Count)
        {
            throw zero.Wrong($"has {zero.Count} elements, but its scales are {scale.Count}");
        }

        var values = weight.Type == "I8" ? SmallFloats.Int8 : SmallFloats.E4M3;
        PackedPart[] parts = zero is null ? [weight, scale] : [weight, scale, zero];
        return new(weight.Name, weight.Type, shape.Dimensions(weight), parts, (row, target) =>
        {
            var packed = weight.Bytes(row * shape.Columns, target.Length);
            for (int column = 0, end = 0; column < target.Length; column = end)
            {
                (var place, end) = (grid.At(row, column), grid.End(column));
                var (factor, offset) = (scale.Number(place), zero?.Number(place) ?? 0);
                for (var each = column; each < end; each++)
                {
                    target[each] = (values[packed[each]] - offset) * factor;
                }
            }
        })
        {
            LargestMultiple = weight.Type == "I8" ? byte.MaxValue : 0,
        };
    }
}
