namespace Rill.Models.Packed;

/// <summary>
/// bitsandbytes' 4 bits: X.weight holds a nibble for each element of the flattened matrix, the earlier one of a byte in its upper half;
/// X.weight.quant_map gives each nibble's number, X.weight.absmax multiplies it for each block. Doubly quantized, absmax is a byte u and
/// nested_quant_map[u] * nested_absmax[block / nested_blocksize] + nested_offset is meant. Sizes stand in X.weight.quant_state.
/// </summary>
internal sealed class BitsAndBytesFormat : IPackedFormat
{
    private static readonly string[] s_states = [".quant_state.bitsandbytes__nf4", ".quant_state.bitsandbytes__fp4"];

    /// <summary>Reads quantization_config.</summary>
    /// <exception cref="ModelFormatException">It is that of 8 bits.</exception>
    public BitsAndBytesFormat(ModelConfig config)
    {
        if (config.Flag("load_in_8bit", false) || !config.Flag("load_in_4bit", false))
        {
            throw new ModelFormatException("config.json: bitsandbytes with 8 bits is not supported; only load_in_4bit is.");
        }
    }

    public IEnumerable<PackedTensor> Find(PackedFiles files) =>
        s_states.SelectMany(state => files.EndingWith(state).Select(found => Of(files, found.Module, found.Part)));

    private static PackedTensor Of(PackedFiles files, string name, PackedPart state)
    {
        var (weight, map, absmax) = (files.Get(name), files.Get(name + ".quant_map").OfShape(16), files.Get(name + ".absmax"));
        var layout = BitsAndBytesState.Read(state);
        var elements = layout.Rows * layout.Columns;
        if (weight.ByteCount != (elements + 1) / 2 || absmax.Count != Blocks(elements, layout.BlockSize))
        {
            throw weight.Wrong($"has {weight.ByteCount} bytes and {absmax.Count} scales, which do not fit its quant_state's shape [{layout.Rows}, {layout.Columns}]");
        }

        PackedPart[] nested = [];
        if (absmax.OfType("F32", "U8").Type == "U8")
        {
            nested = [files.Get(name + ".nested_quant_map").OfShape(256), files.Get(name + ".nested_absmax").OfShape(Blocks(absmax.Count, layout.NestedBlockSize))];
        }

        return new(name, state.Name.EndsWith("nf4", StringComparison.Ordinal) ? "NF4" : "FP4", [layout.Rows, layout.Columns], [weight, map, absmax, state, .. nested], (row, target) =>
        {
            var first = row * target.Length;
            var (block, factor) = (-1L, 0f);
            var numbers = Enumerable.Range(0, 16).Select(nibble => map.Number(nibble)).ToArray();
            var bytes = weight.Bytes(first / 2, (int)(((first + target.Length + 1) / 2) - (first / 2)));
            for (var column = 0; column < target.Length; column++)
            {
                var element = first + column;
                if (element / layout.BlockSize != block)
                {
                    block = element / layout.BlockSize;
                    factor = nested.Length == 0
                        ? absmax.Number(block)
                        : (nested[0].Number(absmax.Bytes(block, 1)[0]) * nested[1].Number(block / layout.NestedBlockSize)) + layout.NestedOffset;
                }

                var pair = bytes[(int)((element / 2) - (first / 2))];
                target[column] = numbers[element % 2 == 0 ? pair >> 4 : pair & 15] * factor;
            }
        });
    }

    private static long Blocks(long count, long size) => (count + size - 1) / size;
}
