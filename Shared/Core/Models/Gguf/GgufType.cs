using Rill.Models.Packed;

namespace Rill.Models.Gguf;

/// <summary>An element type of GGUF tensors.</summary>
/// <param name="Name">As the format spells it.</param>
/// <param name="Elements">Elements of a block.</param>
/// <param name="Bytes">Bytes of a block.</param>
/// <param name="Decode">Turns a block into its elements; null for the types that Rill computes with.</param>
internal sealed record GgufType(string Name, int Elements, int Bytes, GgufBlockDecoder? Decode)
{
    /// <summary>See <see cref="PublishedTensor.LargestMultiple"/>.</summary>
    public int LargestMultiple { get; init; }

    private static readonly Dictionary<uint, GgufType> s_types = new()
    {
        [0] = new("F32", 1, 4, null),
        [1] = new("F16", 1, 2, null),
        [2] = new("Q4_0", 32, 18, GgufBlocks.Q4_0) { LargestMultiple = 8 },
        [3] = new("Q4_1", 32, 20, GgufBlocks.Q4_1),
        [6] = new("Q5_0", 32, 22, GgufBlocks.Q5_0) { LargestMultiple = 16 },
        [7] = new("Q5_1", 32, 24, GgufBlocks.Q5_1),
        [8] = new("Q8_0", 32, 34, GgufBlocks.Q8_0) { LargestMultiple = 128 },
        [10] = new("Q2_K", 256, 84, GgufSuperBlocks.Q2_K),
        [11] = new("Q3_K", 256, 110, GgufSuperBlocks.Q3_K),
        [12] = new("Q4_K", 256, 144, GgufSuperBlocks.Q4_K),
        [13] = new("Q5_K", 256, 176, GgufSuperBlocks.Q5_K),
        [14] = new("Q6_K", 256, 210, GgufSuperBlocks.Q6_K),
        [20] = new("IQ4_NL", 32, 18, GgufBlocks.IQ4_NL) { LargestMultiple = 127 },
        [23] = new("IQ4_XS", 256, 136, GgufSuperBlocks.IQ4_XS) { LargestMultiple = 127 },
        [30] = new("BF16", 1, 2, null),
        [35] = new("TQ2_0", 256, 66, GgufSuperBlocks.TQ2_0) { LargestMultiple = 1 },
        [39] = new("MXFP4", 32, 17, GgufBlocks.MXFP4) { LargestMultiple = 12 },
        [40] = new("NVFP4", 64, 36, GgufBlocks.NVFP4),
    };

    /// <summary>Types that are known by name only.</summary>
    private static readonly Dictionary<uint, string> s_unsupported = new()
    {
        [9] = "Q8_1", [15] = "Q8_K", [16] = "IQ2_XXS", [17] = "IQ2_XS", [18] = "IQ3_XXS", [19] = "IQ1_S", [21] = "IQ3_S", [22] = "IQ2_S",
        [24] = "I8", [25] = "I16", [26] = "I32", [27] = "I64", [28] = "F64", [29] = "IQ1_M", [34] = "TQ1_0",
    };

    /// <summary>The type that a number in the file stands for.</summary>
    /// <exception cref="ModelFormatException">It is not supported; the message names it and the tensor.</exception>
    public static GgufType Of(uint id, string file, string tensor) => s_types.TryGetValue(id, out var type)
        ? type
        : throw new ModelFormatException(
            $"{file}: {tensor} is of type {s_unsupported.GetValueOrDefault(id, $"number {id}")}, which is not supported; "
            + $"use a file of one of {Names}.");

    /// <summary>Makes rows of a packed type from its blocks.</summary>
    /// <param name="address">The first block.</param>
    /// <param name="columns">Elements of a row, whole blocks.</param>
    public unsafe RowUnpacker RowsFrom(nint address, long columns)
    {
        var (decode, elements, bytes) = (Decode!, Elements, Bytes);
        var rowBytes = columns / elements * bytes;
        return (row, values) =>
        {
            var packed = new ReadOnlySpan<byte>((byte*)address + (row * rowBytes), (int)rowBytes);
            for (var block = 0; block < values.Length / elements; block++)
            {
                decode(packed.Slice(block * bytes, bytes), values.Slice(block * elements, elements));
            }
        };
    }

    private static string Names => string.Join(", ", s_types.Values.Select(each => each.Name));
}

/// <summary>Turns one block's bytes into its elements.</summary>
internal delegate void GgufBlockDecoder(ReadOnlySpan<byte> block, Span<float> values);
