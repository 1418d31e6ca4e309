namespace Rill.Models;

/// <summary>How a layer's attention and feed-forward follow one another; x is the residual stream.</summary>
public enum ResidualKind
{
    /// <summary>x += attention(norm(x)), then x += feedForward(norm'(x)).</summary>
    Sequential,

    /// <summary>x += attention(n) + feedForward(n) with n = norm(x).</summary>
    ParallelOneNorm,

    /// <summary>x += attention(norm(x)) + feedForward(norm'(x)).</summary>
    ParallelTwoNorms,
}
