namespace Rill.Bench.Peer.Gguf;

/// <summary>Types of tensors, with ggml's numbers (ggml/include/ggml.h, enum ggml_type).</summary>
internal enum GgufType
{
    /// <summary>Single precision.</summary>
    F32 = 0,

    /// <summary>Blocks of four-bit values.</summary>
    Q4 = 2,

    /// <summary>Blocks of eight-bit values.</summary>
    Q8 = 8,

    /// <summary>The upper half of a single.</summary>
    BF16 = 30,
}
