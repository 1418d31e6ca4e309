namespace Rill.Models.Packed;

/// <summary>
/// MLX's: rows of X.weight are streams of numbers q of 2 to 8 bits in words; q * scale + bias with X.scales and X.biases [rows, groups]. In
/// the mode mxfp4 the numbers are E2M1 and the scales E8M0, without biases. Settings of single modules stand under their paths.
/// </summary>
internal sealed class MlxFormat(ModelConfig config) : IPackedFormat
{
    public IEnumerable<PackedTensor> Find(PackedFiles files) => files.EndingWith(".scales").Select(scales => Of(files, scales.Module, scales.Part));

    private PackedTensor Of(PackedFiles files, string module, PackedPart scales)
    {
        var settings = config.Has(module) ? config.Section(module)! : config;
        var (weight, mode) = (files.Get(module + ".weight").OfType("U32"), settings.Text("mode") ?? config.Text("mode") ?? "affine");
        return mode switch
        {
            "affine" => Affine(weight, scales, files.Get(module + ".biases"), Size("bits", 8), Size("group_size", 1 << 16)),
            "mxfp4" => Fp4Matrix.Of(weight.Name, weight, scales.OfType("U8"), 32),
            _ => throw new ModelFormatException($"config.json: quantization of the mode '{mode}' is not supported; only affine and mxfp4 are."),
        };

        int Size(string name, int most) => settings.OptionalInt(name, most) ?? config.Int(name, most);
    }

    private static PackedTensor Affine(PackedPart weight, PackedPart scales, PackedPart biases, int bits, int groupSize)
    {
        var (rank, words) = (weight.Shape.Count, weight.Columns);
        var matrix = MatrixShape.Of(weight, words * 32 / bits);
        long[] expected = [.. weight.Shape.Take(rank - 1), matrix.Columns / groupSize];
        if (words * 32 % bits != 0 || matrix.Columns % groupSize != 0)
        {
            throw weight.Wrong($"has the shape [{string.Join(", ", weight.Shape)}], which does not fit {bits} bits in groups of {groupSize}");
        }

        scales.OfShape(expected);
        biases.OfShape(expected);
        return new(weight.Name, $"INT{bits}", matrix.Dimensions(weight), [weight, scales, biases], (row, target) =>
        {
            var stream = weight.Bytes(row * words * 4, (int)words * 4);
            for (var first = 0; first < target.Length; first += groupSize)
            {
                var group = ((row * target.Length) + first) / groupSize;
                var (scale, bias) = (scales.Number(group), biases.Number(group));
                for (var column = first; column < first + groupSize; column++)
                {
                    target[column] = (BitStream.At(stream, column, bits) * scale) + bias;
                }
            }
        })
        {
            LargestMultiple = (1 << bits) - 1,    // where a bias is a multiple of its scale, as it is meant to be
        };
    }
}
