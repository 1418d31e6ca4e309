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

    /// <summary>
    /// f32 for small models, which are bound by calls and not by memory (docs/adr/0012). Else what is nearest to the published size: q4 or q8
    /// for packed weights, bf16 for files in bf16, and f32 for the others.
    /// </summary>
    /// <exception cref="ModelFormatException">The weights have no embedding of the spec's shape.</exception>
    public static ComputeFormat Default(DecoderSpec spec, ModelWeights weights)
    {
        if (weights.ParameterCount < SmallModelParameters)
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

    /// <summary>Bytes that weights take in a form, roughly.</summary>
    public static long BytesOf(ComputeFormat format, long parameters) => format switch
    {
        ComputeFormat.Float32 => parameters * sizeof(float),
        ComputeFormat.BFloat16 => parameters * sizeof(ushort),
        ComputeFormat.Q8 => parameters * 17 / 16,
        _ => parameters * 9 / 16,
    };
}
