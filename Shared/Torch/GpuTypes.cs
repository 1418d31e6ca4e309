using Rill.Models;

namespace Rill.Torch;

/// <summary>Which type a model computes in on a GPU when no setting names one.</summary>
internal static class GpuTypes
{
    // Tensor cores, and libtorch's attention kernels, take bf16 from Ampere on; Turing (T4: 7.5) and Volta take f16 alone.
    private static readonly Version s_takesBFloat16 = new(8, 0);

    /// <summary>Chooses by the files and the device.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Its weights, of which nothing is read.</param>
    /// <param name="capability">The GPU's compute capability; null where it is not known: then bf16 counts as fast.</param>
    /// <returns>The type, and why it is not the files' own, as a sentence for the log; null where it is.</returns>
    /// <exception cref="ModelFormatException">The weights have no embedding.</exception>
    public static (TorchDataType Type, string? Note) Choose(DecoderSpec spec, ModelWeights weights, Version? capability) =>
        ComputeType.IsSmall(weights) ? (TorchDataType.Float32, null) : Choose(spec, weights.Published(spec.Names.Embedding).Type, capability);

    /// <summary>Chooses for a model that is not small, by the type of its embeddings: F16, BF16, F32, or a packed one's.</summary>
    /// <inheritdoc cref="Choose(DecoderSpec, ModelWeights, Version?)"/>
    public static (TorchDataType Type, string? Note) Choose(DecoderSpec spec, string published, Version? capability) => published switch
    {
        "F32" => (TorchDataType.Float32, null),
        "F16" when !MayOverflow(spec) => (TorchDataType.Float16, null),
        _ when TakesBFloat16(capability) => (TorchDataType.BFloat16, null),
        _ when MayOverflow(spec) => (TorchDataType.BFloat16,
            $"The GPU's compute capability is {capability}, whose fast type is f16, but {spec.Architecture} may overflow it: "
            + "the model computes in bf16, and prompts are slow."),
        _ => (TorchDataType.Float16, $"The GPU's compute capability is {capability}, where bf16 is slow: the model computes in f16 (Rill__Dtype)."),
    };

    /// <summary>What is computed, and kept as keys and values, beside matrices in q8 or q4.</summary>
    public static TorchDataType BesideQuantized(DecoderSpec spec, Version? capability) =>
        TakesBFloat16(capability) || MayOverflow(spec) ? TorchDataType.BFloat16 : TorchDataType.Float16;

    private static bool TakesBFloat16(Version? capability) => capability is null || capability >= s_takesBFloat16;

    /// <summary>
    /// Where a branch is normed before and behind, its sum, the residual stream, may grow beyond 65504, f16's largest number: Gemma 2 and 3 and
    /// GLM 4 are known for it, and vLLM keeps them from f16 by name.
    /// </summary>
    private static bool MayOverflow(DecoderSpec spec) => spec.PreNorms && spec.PostNorms;
}
