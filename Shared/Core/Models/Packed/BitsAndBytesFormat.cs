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
        var (weight, map, scales) = (files.Get(name), files.Get(name + ".quant_map").OfShape(16), files.Get(name + ".absmax").OfType("F32", "U8"));
        var layout = BitsAndBytesState.Read(state);
        var elements = layout.Rows * layout.Columns;
        if (weight.ByteCount != (elements + 1) / 2 || scales.Count != Blocks(elements, layout.BlockSize))
        {
            throw weight.Wrong(
                $"has {weight.ByteCount} bytes and {scales.Count} scales, which do not fit the shape [{layout.Rows}, {layout.Columns}] "
                + "of its quant_state");
        }

        PackedPart[] nested = scales.Type == "F32" ? [] :
        [
            files.Get(name + ".nested_quant_map").OfShape(256),
            files.Get(name + ".nested_absmax").OfShape(Blocks(scales.Count, layout.NestedBlockSize)),
        ];
        var type = state.Name.EndsWith("nf4", StringComparison.Ordinal) ? "NF4" : "FP4";
        return new(name, type, [layout.Rows, layout.Columns], [weight, map, scales, state, .. nested], (row, target) =>
            UnpackRow(weight, map, block => Scale(scales, nested, layout, block), layout.BlockSize, row, target));
    }

    private static void UnpackRow(PackedPart weight, PackedPart map, Func<long, float> scaleOf, long blockSize, long row, Span<float> target)
    {
        var first = row * target.Length;
        var (block, scale) = (-1L, 0f);
        var numbers = Enumerable.Range(0, 16).Select(nibble => map.Number(nibble)).ToArray();
        var bytes = weight.Bytes(first / 2, (int)(((first + target.Length + 1) / 2) - (first / 2)));
        for (var column = 0; column < target.Length; column++)
        {
            var element = first + column;
            if (element / blockSize != block)
            {
                block = element / blockSize;
                scale = scaleOf(block);
            }

            var pair = bytes[(int)((element / 2) - (first / 2))];
            target[column] = numbers[element % 2 == 0 ? pair >> 4 : pair & 15] * scale;
        }
    }

    private static float Scale(PackedPart scales, PackedPart[] nested, BitsAndBytesState layout, long block) =>
        nested is [var map, var scalesOfScales]
        ? (map.Number(scales.Bytes(block, 1)[0]) * scalesOfScales.Number(block / layout.NestedBlockSize)) + layout.NestedOffset
        : scales.Number(block);

    private static long Blocks(long count, long size) => (count + size - 1) / size;
}
