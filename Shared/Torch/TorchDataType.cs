namespace Rill.Torch;

/// <summary>The type to compute in.</summary>
public enum TorchDataType
{
    /// <summary>
    /// f32 for small models on the CPU (weights under 64 MB in bf16: they are bound by calls, not by memory) and for f16 files; otherwise
    /// what is nearest to the files: bf16, or q8 and q4 on the CPU for packed weights.
    /// </summary>
    Auto,

    /// <summary>bf16 weights, activations and KV cache: half the memory.</summary>
    BFloat16,

    /// <summary>f32: bits that do not depend on the batch, on the CPU.</summary>
    Float32,

    /// <summary>
    /// Weights in eight bits, with a scale for every 32 of them, made from the file's at load; the KV cache in bf16. On a GPU by kernels of
    /// ours, in the same bytes, for models without experts.
    /// </summary>
    Q8,

    /// <summary>As <see cref="Q8"/> with four bits; embeddings and head stay in eight.</summary>
    Q4,
}
