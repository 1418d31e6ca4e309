namespace Rill.Models.Packed;

/// <summary>Matrices of E2M1 numbers, two in a byte with the earlier one in its lower half, and a scale for each group of a row's columns.</summary>
internal static class Fp4Matrix
{
    /// <summary>6 in steps of a half.</summary>
    public const int LargestMultiple = 12;

    /// <summary>Puts the parts together.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="packed">The numbers: bytes, or words of four bytes; [rows, ...] or a stack of those.</param>
    /// <param name="scale">U8 for E8M0, else numbers; [rows, columns / group].</param>
    /// <param name="group">Columns that share a scale; even.</param>
    /// <param name="divisor">What all scales are divided by; null for nothing.</param>
    public static PackedTensor Of(string name, PackedPart packed, PackedPart scale, int group, PackedPart? divisor = null)
    {
        var numbers = packed.OfType("U8", "U32").Type == "U8" ? 2 : 8;
        var matrix = MatrixShape.Of(packed, packed.Columns * numbers);
        if (matrix.Columns % group != 0 || scale.Count != matrix.Count * matrix.Rows * matrix.Columns / group || divisor is { Count: not 1 })
        {
            throw scale.Wrong(
                $"has the shape [{string.Join(", ", scale.Shape)}], which does not fit groups of {group} in {packed.Name} "
                + $"[{string.Join(", ", packed.Shape)}]");
        }

        PackedPart[] parts = divisor is null ? [packed, scale] : [packed, scale, divisor];
        return new(name, divisor is null ? "MXFP4" : "NVFP4", matrix.Dimensions(packed), parts, (row, target) =>
            UnpackRow(packed, scale, row, group, target, divisor?.Number(0) ?? 1))
        {
            LargestMultiple = group >= 32 ? LargestMultiple : 0,
        };
    }

    /// <summary>Writes one row, counted over all dimensions of the parts but the last.</summary>
    public static void UnpackRow(PackedPart packed, PackedPart scale, long row, int group, Span<float> target, float divisor = 1)
    {
        var bytes = packed.Bytes(row * target.Length / 2, target.Length / 2);
        for (var first = 0; first < target.Length; first += group)
        {
            var place = ((row * target.Length) + first) / group;
            var factor = scale.Type == "U8" ? SmallFloats.E8M0(scale.Bytes(place, 1)[0]) : scale.Number(place);
            for (var column = first; column < first + group; column += 2)
            {
                var pair = bytes[column / 2];
                target[column] = SmallFloats.E2M1[pair & 15] * factor / divisor;
                target[column + 1] = SmallFloats.E2M1[pair >> 4] * factor / divisor;
            }
        }
    }
}
