namespace Rill.Models.Packed;

/// <summary>
/// GPTQ: X.qweight [inputs * bits / 32, outputs] with the inputs of a word from its lowest bits on, X.qzeros [groups, outputs * bits / 32],
/// X.scales [groups, outputs], X.g_idx [inputs]; s * (q - z), where the first version stores z - 1.
/// </summary>
internal sealed class GptqFormat : IPackedFormat
{
    private readonly int _bits;
    private readonly int? _groupSize;
    private readonly int _zeroOffset;

    /// <summary>Reads quantization_config.</summary>
    /// <exception cref="ModelFormatException">The number of bits or the layout is not supported.</exception>
    public GptqFormat(ModelConfig config)
    {
        _bits = config.Int("bits");
        if (_bits is not (2 or 4 or 8))
        {
            throw new ModelFormatException($"config.json: GPTQ with {_bits} bits is not supported; only 2, 4 and 8 are.");
        }

        _groupSize = GroupSize(config);
        _zeroOffset = config.Text("checkpoint_format") switch
        {
            null or "gptq" => 1,
            "gptq_v2" => 0,
            var other => throw new ModelFormatException($"config.json: the checkpoint_format '{other}' is not supported; only gptq and gptq_v2 are."),
        };
    }

    public IEnumerable<PackedTensor> Find(PackedFiles files) => files.EndingWith(".qweight").Select(weight => Of(files, weight.Module, weight.Part));

    /// <summary>Columns of a group; null for whole rows, which is written as -1.</summary>
    internal static int? GroupSize(ModelConfig config) => config.Is("group_size", -1) ? null : config.OptionalInt("group_size", absent: 128);

    private PackedTensor Of(PackedFiles files, string module, PackedPart weight)
    {
        var (scales, zeros, index) = (files.Get(module + ".scales"), files.Get(module + ".qzeros").OfType("I32"), files.Find(module + ".g_idx"));
        var perWord = 32 / _bits;
        if (weight.OfType("I32").Shape is not [var words, var outputs] || weight.Count == 0 || outputs % perWord != 0 || words > (1 << 24) / perWord)
        {
            throw weight.Wrong($"has the shape [{string.Join(", ", weight.Shape)}], but [inputs * bits / 32, outputs] is expected");
        }

        var inputs = words * perWord;
        var size = _groupSize ?? inputs;
        var groups = (inputs + size - 1) / size;
        scales.OfShape(groups, outputs);
        zeros.OfShape(groups, outputs / perWord);
        var columnGroups = ColumnGroups.Of(index?.OfType("I32").OfShape(inputs), inputs, groups, size);

        // AutoGPTQ writes a bias of zeros into each module that has none.
        PackedPart?[] parts = [weight, scales, zeros, index, files.Find(module + ".bias") is { IsZero: true } bias ? bias : null];
        return new(module + ".weight", $"INT{_bits}", [outputs, inputs], [.. parts.OfType<PackedPart>()], (row, target) =>
        {
            var (factors, offsets, mask) = (new float[groups], new int[groups], (1 << _bits) - 1);
            for (var group = 0; group < groups; group++)
            {
                factors[group] = scales.Number((group * outputs) + row);
                var word = zeros.Word(((group * outputs) + row) / perWord);
                offsets[group] = _zeroOffset + ((int)(word >> (int)(row % perWord * _bits)) & mask);
            }

            var (at, packed) = (columnGroups.Value, 0u);
            for (var column = 0; column < target.Length; column++, packed >>= _bits)
            {
                packed = column % perWord == 0 ? weight.Word((column / perWord * outputs) + row) : packed;
                target[column] = ((int)(packed & (uint)mask) - offsets[at[column]]) * factors[at[column]];
            }
        })
        {
            LargestMultiple = (1 << _bits) - 1,
        };
    }
}
