namespace Rill.Models.Gguf;

/// <summary>An entry of a GGUF file's table of tensors.</summary>
/// <param name="Name">Its name, such as blk.0.attn_q.weight.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first: the other way round than in the file.</param>
/// <param name="Offset">Its first byte, from where the data begin.</param>
/// <param name="ByteCount">Its size.</param>
internal sealed record GgufTensor(string Name, GgufType Type, long[] Shape, long Offset, long ByteCount)
{
    private const int MostDimensions = 4;

    /// <summary>Reads an entry; whether its bytes lie in the file is for the caller to check.</summary>
    /// <exception cref="ModelFormatException">It is damaged, or its type is not supported.</exception>
    public static GgufTensor Read(GgufCursor cursor, string file)
    {
        var name = cursor.Text();
        var rank = cursor.UInt32();
        if (rank is 0 or > MostDimensions)
        {
            throw new ModelFormatException($"{file}: {name} has {rank} dimensions, which no tensor has; the file is damaged.");
        }

        var sizes = new ulong[rank];
        for (var dimension = 0; dimension < rank; dimension++)
        {
            sizes[rank - 1 - dimension] = cursor.UInt64();
        }

        var type = GgufType.Of(cursor.UInt32(), file, name);
        var (elements, offset) = (Product(sizes), cursor.UInt64());
        var isWholeBlocks = sizes[^1] <= int.MaxValue / 8 && sizes[^1] % (ulong)type.Elements == 0;
        if (elements is not (> 0 and <= long.MaxValue / 8) || !isWholeBlocks || offset > long.MaxValue / 2)
        {
            throw new ModelFormatException(
                $"{file}: {name} of type {type.Name} has the impossible shape [{string.Join(", ", sizes)}]; the file is damaged.");
        }

        var shape = Array.ConvertAll(WithOnes(name, sizes), size => (long)size);
        return new(name, type, shape, (long)offset, elements / type.Elements * type.Bytes);
    }

    /// <summary>
    /// The dimensions of one that converted files leave out: the gate of a shared expert is a matrix of one row, and a convolution over each
    /// channel by itself is [channels, 1, taps].
    /// </summary>
    private static ulong[] WithOnes(string name, ulong[] sizes)
    {
        return sizes.Length switch
        {
            1 when Is("ffn_gate_inp_shexp.weight") => [1, sizes[0]],
            2 when Is(".ssm_conv1d.weight") || Is(".shortconv.conv.weight") => [sizes[0], 1, sizes[1]],
            _ => sizes,
        };

        bool Is(string ending) => name.EndsWith(ending, StringComparison.Ordinal);
    }

    /// <summary>The number of elements; -1 where it is beyond what is counted.</summary>
    private static long Product(ulong[] sizes)
    {
        UInt128 product = 1;
        foreach (var size in sizes)
        {
            product *= size;
            if (product > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)product;
    }
}
