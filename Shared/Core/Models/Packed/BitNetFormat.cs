namespace Rill.Models.Packed;

/// <summary>
/// BitNet's ternary weights (transformers, integrations/bitnet): four rows in each row of bytes, X.weight [rows / 4, columns], where bits 2k
/// and 2k + 1 hold 0, 1 or 2 for -1, 0 or 1 of a row in quarter k; multiplied with X.weight_scale, or divided by it for the linear_class bitlinear.
/// </summary>
internal sealed class BitNetFormat : IPackedFormat
{
    private readonly bool _divides;

    /// <summary>Reads quantization_config.</summary>
    /// <exception cref="ModelFormatException">The class or the mode is not supported.</exception>
    public BitNetFormat(ModelConfig config)
    {
        _divides = (config.Text("linear_class") ?? "bitlinear") switch
        {
            "bitlinear" => true,
            "autobitlinear" => false,
            var other => throw new ModelFormatException(
                $"config.json: the linear_class '{other}' is not supported; only bitlinear and autobitlinear are."),
        };
        if (config.Text("quantization_mode") is { } mode and not "offline")
        {
            throw new ModelFormatException($"config.json: the quantization_mode '{mode}' is not supported; only offline is.");
        }
    }

    public IEnumerable<PackedTensor> Find(PackedFiles files) =>
        from weight in files.EndingWith(".weight")
        where weight.Part.Type == "U8"
        select Of(weight.Part, files.Get(weight.Module + ".weight_scale"));

    private PackedTensor Of(PackedPart weight, PackedPart scale)
    {
        var quarter = MatrixShape.Of(weight, weight.Shape.Count == 2 ? weight.Columns : 0);
        if (scale.Count != 1)
        {
            throw scale.Wrong($"has {scale.Count} elements, but one is expected");
        }

        return new(weight.Name, "TERNARY", [quarter.Rows * 4, quarter.Columns], [weight, scale], (row, target) =>
        {
            var packed = weight.Bytes(row % quarter.Rows * quarter.Columns, target.Length);
            var shift = (int)(row / quarter.Rows) * 2;
            var factor = _divides ? 1 / scale.Number(0) : scale.Number(0);
            for (var column = 0; column < target.Length; column++)
            {
                target[column] = (((packed[column] >> shift) & 3) - 1) * factor;
            }
        })
        {
            LargestMultiple = 1,
        };
    }
}
