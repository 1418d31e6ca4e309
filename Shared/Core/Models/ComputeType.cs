namespace Rill.Models;

/// <summary>The type that a model computes in when no setting names one.</summary>
public static class ComputeType
{
    private const long SmallModelParameters = 32L * 1024 * 1024;    // 64 MB in bf16

    /// <summary>
    /// bf16 for models whose files are bf16, f32 for the others and for small models, which are bound by calls and not by memory
    /// (docs/adr/0012).
    /// </summary>
    /// <exception cref="ModelFormatException">The weights have no embedding of the spec's shape.</exception>
    public static WeightType Default(DecoderSpec spec, ModelWeights weights)
    {
        var isHalf = weights.ParameterCount >= SmallModelParameters
            && weights.Get(spec.Names.Embedding, spec.VocabularySize, spec.HiddenSize).Type == WeightType.BFloat16;
        return isHalf ? WeightType.BFloat16 : WeightType.Float32;
    }
}
