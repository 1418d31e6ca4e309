namespace Rill.Models.Packed;

/// <summary>
/// compressed-tensors' pack-quantized: each row of X.weight_packed is a stream of q + 2^(bits-1); (q - z) * s with X.weight_scale and
/// X.weight_zero_point [rows, groups], where the zero points are a stream along the rows of each group. X.weight_g_idx names each column's group.
/// </summary>
internal static class PackedIntegers
{
    /// <summary>Puts a module's parts together.</summary>
    /// <param name="files">Where they are.</param>
    /// <param name="module">What stands before ".weight_packed".</param>
    /// <param name="widths">The numbers of bits that config.json names; the one that fits the sizes holds.</param>
    public static PackedTensor Of(PackedFiles files, string module, IReadOnlyList<int> widths)
    {
        var (packed, scale) = (files.Get(module + ".weight_packed").OfType("I32"), files.Get(module + ".weight_scale"));
        var shape = files.Get(module + ".weight_shape").OfType("I64", "I32").OfShape(2);
        var matrix = MatrixShape.Of(packed, shape.Whole(1));
        var fitting = widths.Where(width => width <= 8 && packed.Shape[^1] == ((matrix.Columns * width) + 31) / 32).ToList();
        if (packed.Shape.Count != 2 || shape.Whole(0) != matrix.Rows || fitting is not [var bits])
        {
            var fault = $"does not fit {shape.Name} [{shape.Whole(0)}, {shape.Whole(1)}] and num_bits {string.Join(", ", widths)}";
            throw packed.Wrong($"has the shape [{string.Join(", ", packed.Shape)}], which {fault}");
        }

        var grid = ScaleGrid.Of(matrix, scale, block: null);
        var groups = Math.Max(1, grid.Columns);
        var (zero, index) = (files.Find(module + ".weight_zero_point"), files.Find(module + ".weight_g_idx"));
        zero?.OfType("I32").OfShape(((matrix.Rows * bits) + 31) / 32, groups);
        var columnGroups = ColumnGroups.Of(index?.OfType("I32", "I64").OfShape(matrix.Columns), matrix.Columns, groups, matrix.Columns / groups);
        PackedPart?[] parts = [packed, scale, shape, zero, index];
        return new(module + ".weight", $"INT{bits}", [matrix.Rows, matrix.Columns], [.. parts.OfType<PackedPart>()], (row, target) =>
        {
            var (scales, zeros) = (new float[groups], new int[groups]);
            for (var group = 0; group < groups; group++)
            {
                scales[group] = scale.Number(grid.Columns == 0 ? 0 : grid.At(row, 0) + group);
                zeros[group] = zero is null ? 1 << (bits - 1) : ZeroAt(zero, row, group, groups, bits);
            }

            var stream = packed.Bytes(row * packed.Shape[1] * 4, (int)packed.Shape[1] * 4);
            var at = columnGroups.Value;
            for (var column = 0; column < target.Length; column++)
            {
                target[column] = (BitStream.At(stream, column, bits) - zeros[at[column]]) * scales[at[column]];
            }
        })
        {
            LargestMultiple = (1 << bits) - 1,
        };
    }

    /// <summary>A zero point as it is stored, which is z + 2^(bits-1), so that the offset of q falls out of the difference.</summary>
    private static int ZeroAt(PackedPart zero, long row, int group, long groups, int bits)
    {
        var (word, shift) = (row * bits / 32, (int)(row * bits % 32));
        ulong window = zero.Word((word * groups) + group);
        if (shift + bits > 32)
        {
            window |= (ulong)zero.Word(((word + 1) * groups) + group) << 32;
        }

        return (int)(window >> shift) & ((1 << bits) - 1);
    }
}
