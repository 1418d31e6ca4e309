namespace Rill.Models;

/// <summary>Kinds of norms over a row x of the residual stream, w its weights.</summary>
public enum NormKind
{
    /// <summary>x / sqrt(mean(x²) + epsilon) * w (arXiv 1910.07467).</summary>
    Rms,

    /// <summary>(x - mean(x)) / sqrt(variance(x) + epsilon) * w (arXiv 1607.06450).</summary>
    Layer,
}
