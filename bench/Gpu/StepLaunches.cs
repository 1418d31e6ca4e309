namespace Rill.Bench.Gpu;

/// <summary>
/// Kernels and copies that a decoding step of a Llama or Qwen2 launches, counted by reading what GpuModel and its parts call, and, for the
/// operators that launch several, libtorch 2.10's sources. A matrix product counts once, though some are split in two.
/// </summary>
/// <param name="HasFlash">Whether the flash kernel attends: from compute capability 8.0 on.</param>
/// <param name="IsFused">Whether Rill's own kernels take the place of the plain operators that stand beside them.</param>
internal sealed record StepLaunches(bool HasFlash, bool IsFused)
{
    /// <summary>Matrix products of a layer: queries with keys and values, output, gate with up, down.</summary>
    public const int ProductsOfLayer = 4;

    private const int Head = 1;

    /// <summary>Launches of a layer.</summary>
    public int OfLayer => ProductsOfLayer + Norms + Rotation + Attention + Activation;

    /// <summary>Launches of a step besides its layers: inputs, embedding, positions, lengths, final norm, head, draw, ids.</summary>
    public int OfStep => StagedCopy + Embedding + CacheRows + Angles + Lengths + FinalNorm + Head + LogitsToSingle + Draw + IdsCopy;

    /// <summary>All of them.</summary>
    public int Of(int layers) => (layers * OfLayer) + OfStep;

    /// <summary>Matrix products of a step.</summary>
    public static int Products(int layers) => (layers * ProductsOfLayer) + Head;

    private int Norms => IsFused ? 2 : 4;               // twice a norm and a residual's sum; fused, each sum is part of the norm after it

    private int Rotation => IsFused ? 1 : 5 + 2;        // to f32, product, roll, product and sum, back; keys and values to the cache

    private int Attention => HasFlash ? 1 : 2 + 3;      // keys and values copied from the slots; mask to numbers in two, the attention

    private int Activation => IsFused ? 1 : 2;          // silu, product

    private static int StagedCopy => 1;

    private static int Embedding => 1;

    private static int CacheRows => 2;

    private static int Angles => 7;                     // to f32, product, cosine, sine, minus, two concatenations

    private int Lengths => HasFlash ? 6 : 5;            // starts in two, a range, a concatenation, counts in two; or a range, places in three, a mask

    private int FinalNorm => IsFused ? 2 : 1;           // fused: and the first layer's, before which there is no sum

    private static int LogitsToSingle => 1;

    private int Draw => IsFused ? 1 : 1 + 1 + 4 + 1 + 2;    // argmax, gather, isfinite in four, not, masked_fill in two

    private static int IdsCopy => 1;
}
