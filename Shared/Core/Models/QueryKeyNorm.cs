namespace Rill.Models;

/// <summary>Norms over queries and keys.</summary>
public enum QueryKeyNorm
{
    /// <summary>None.</summary>
    None,

    /// <summary>RMS over each head, one weight for all heads [headDim], before the rotation.</summary>
    Head,

    /// <summary>RMS over the whole projection, weights [heads * headDim] and [key/value heads * headDim], before it is split into heads.</summary>
    Whole,

    /// <summary>Layer norm over each head with weights of its own, [heads, headDim] and [key/value heads, headDim], no bias, before the rotation.</summary>
    HeadLayerNorm,

    /// <summary>As <see cref="Head"/>, but after the rotation.</summary>
    HeadAfterRotary,

    /// <summary>RMS over each head without weights, after the rotation, in layers that have one.</summary>
    WeightlessAfterRotary,
}
