namespace Rill.Models;

/// <summary>What a model computes in: the form of its matrices.</summary>
public enum ComputeFormat
{
    /// <summary>f32.</summary>
    Float32,

    /// <summary>bf16.</summary>
    BFloat16,

    /// <summary>8.5 bits a weight.</summary>
    Q8,

    /// <summary>4.5 bits a weight; embeddings and head in 8.5.</summary>
    Q4,
}

/// <summary>The form that a model computes in when no setting names one.</summary>
public static class ComputeType
{
    private const long SmallModelParameters = 32L * 1024 * 1024;    // 64 MB in bf16

    // Between the engine's 4.5 and 8.5 bits, and between these and 16: a form that has as many is nearer to the larger one.
    private const double MostBitsForQ4 = 6.5;
    private const double MostBitsForQ8 = 12.25;

    /// <summary>True for a model of less than 64 MB in bf16.</summary>
    public static bool IsSmall(ModelWeights weights) => weights.ParameterCount < SmallModelParameters;

    /// <summary>
    /// f32 for small models, which are bound by calls and not by memory (docs/adr/0012). Else what is nearest to the published size: q4 or q8
    /// for packed weights, bf16 for files in bf16, and f32 for the others.
    /// </summary>
    /// <exception cref="ModelFormatException">The weights have no embedding of the spec's shape.</exception>
    public static ComputeFormat Default(DecoderSpec spec, ModelWeights weights)
    {
        if (IsSmall(weights))
        {
            return ComputeFormat.Float32;
        }

        return weights.PackedBits switch
        {
            <= MostBitsForQ4 => ComputeFormat.Q4,
            <= MostBitsForQ8 => ComputeFormat.Q8,
            not null => ComputeFormat.BFloat16,
            null => weights.Get(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize).Type == WeightType.BFloat16 ? ComputeFormat.BFloat16 : ComputeFormat.Float32,
        };
    }

    /// <summary>A form's name, as the setting Rill__Dtype spells it.</summary>
    public static string NameOf(ComputeFormat format) => format switch
    {
        ComputeFormat.Float32 => "f32",
        ComputeFormat.BFloat16 => "bf16",
        ComputeFormat.Q8 => "q8",
        _ => "q4",
    };

    /// <summary>
    /// Bytes that weights take in a form. In q8 and q4 rows and columns are padded to the engine's blocks, embedding and head have eight bits,
    /// and what is no large matrix is kept in bf16 or, where it is a vector, in f32.
    /// </summary>
    public static long BytesOf(ComputeFormat format, DecoderSpec spec)
    {
        var matrices = DecoderTensors.Matrices(spec).Select(matrix => matrix.Name).ToHashSet(StringComparer.Ordinal);
        return DecoderTensors.Of(spec).Sum(tensor => tensor.Shape is not [var rows, var columns] ? Elements(tensor.Shape) * sizeof(float)
            : format is ComputeFormat.Float32 ? rows * columns * sizeof(float)
            : format is ComputeFormat.BFloat16 || !matrices.Contains(tensor.Name) ? rows * columns * sizeof(ushort)
            : Padded(rows, 16) * (Padded(columns, 32) / 32)
                * (format is ComputeFormat.Q8 || tensor.Name == spec.Names.Embedding || tensor.Name == spec.Names.Head ? 34 : 18));
    }

    /// <summary>Bytes of keys and values that one token has in the cache, as a model of this form keeps them by default.</summary>
    public static long KeyValueBytesOf(ComputeFormat format, DecoderSpec spec) =>
        spec.KeyValueElements * (format == ComputeFormat.Float32 ? sizeof(float) : sizeof(ushort));

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, dimension) => product * dimension);

    private static long Padded(long length, long block) => (length + block - 1) / block * block;
}
