namespace Rill.Models.Packed;

/// <summary>
/// AWQ's gemm layout: X.qweight [inputs, outputs / 8], X.qzeros [groups, outputs / 8], X.scales [groups, outputs]; (q - z) * s. The eight
/// outputs of a word stand in its nibbles in an order of their own.
/// </summary>
internal sealed class AwqFormat : IPackedFormat
{
    private const int PerWord = 8;

    private readonly int? _groupSize;

    /// <summary>Reads quantization_config.</summary>
    /// <exception cref="ModelFormatException">The number of bits or the layout is not supported.</exception>
    public AwqFormat(ModelConfig config)
    {
        var (bits, version) = (config.OptionalInt("bits", absent: 4), config.Text("version") ?? "gemm");
        var without = config.Flag("zero_point", true) ? "" : " and without zero points";
        if (bits != 4 || !version.Equals("gemm", StringComparison.OrdinalIgnoreCase) || without.Length > 0)
        {
            throw new ModelFormatException(
                $"config.json: AWQ of version '{version}' with {bits} bits{without} is not supported; only gemm with 4 bits and zero points is.");
        }

        _groupSize = GptqFormat.GroupSize(config);
    }

    /// <summary>By an output's place among a word's eight, how far its nibble is shifted.</summary>
    private static ReadOnlySpan<byte> Shifts => [0, 16, 4, 20, 8, 24, 12, 28];

    public IEnumerable<PackedTensor> Find(PackedFiles files) => files.EndingWith(".qweight").Select(weight => Of(files, weight.Module, weight.Part));

    private PackedTensor Of(PackedFiles files, string module, PackedPart weight)
    {
        var (scales, zeros) = (files.Get(module + ".scales"), files.Get(module + ".qzeros").OfType("I32"));
        if (weight.OfType("I32").Shape is not [var inputs, var words] || weight.Count == 0 || inputs > 1 << 24)
        {
            throw weight.Wrong($"has the shape [{string.Join(", ", weight.Shape)}], but [inputs, outputs / 8] is expected");
        }

        var size = _groupSize ?? inputs;
        var (outputs, groups) = (words * PerWord, (inputs + size - 1) / size);
        scales.OfShape(groups, outputs);
        zeros.OfShape(groups, words);
        return new(module + ".weight", "INT4", [outputs, inputs], [weight, scales, zeros], (first, target) =>
        {
            var (word, columns) = (first / PerWord, target.Length / PerWord);
            var (offsets, factors, ofGroup) = (new int[PerWord], new float[PerWord], -1L);
            for (var column = 0; column < columns; column++)
            {
                if (column / size != ofGroup)
                {
                    ofGroup = column / size;
                    var packedZeros = zeros.Word((ofGroup * words) + word);
                    for (var output = 0; output < PerWord; output++)
                    {
                        offsets[output] = (int)(packedZeros >> Shifts[output]) & 15;
                        factors[output] = scales.Number((ofGroup * outputs) + first + output);
                    }
                }

                var packed = weight.Word((column * words) + word);
                for (var output = 0; output < PerWord; output++)
                {
                    target[(output * columns) + column] = (((int)(packed >> Shifts[output]) & 15) - offsets[output]) * factors[output];
                }
            }
        })
        {
            RowsAtOnce = PerWord,
            LargestMultiple = 15,
        };
    }
}
