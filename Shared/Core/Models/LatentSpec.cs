namespace Rill.Models;

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434): keys and values of all heads are linear in one vector of a token, c, so that
/// the cache holds c and not them. A query is multiplied with its head's key matrix instead, and attention's result with its value matrix.
/// </summary>
/// <remarks>
/// To the attention itself this is one key head of width <see cref="KeyWidth"/>, [rotated part | norm(c)], whose values are the keys. Each query
/// head is [rotated part | key matrixᵀ · the rest].
/// </remarks>
public sealed record LatentSpec
{
    /// <summary>Width of the vector that queries are made from; null where they are made from the hidden row.</summary>
    public int? QueryRank { get; init; }

    /// <summary>Width of c.</summary>
    public required int KeyValueRank { get; init; }

    /// <summary>Elements of a query head that are not rotated.</summary>
    public required int PlainWidth { get; init; }

    /// <summary>Elements of a query head that are rotated, and of the key that all heads share; even.</summary>
    public required int RotatedWidth { get; init; }

    /// <summary>Width of a head's value.</summary>
    public required int ValueWidth { get; init; }

    /// <summary>Added to the mean square in the norms over c and over the queries' vector.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>Width of a query head as projected.</summary>
    public int QueryWidth => PlainWidth + RotatedWidth;

    /// <summary>Width of a cached key.</summary>
    public int KeyWidth => RotatedWidth + KeyValueRank;
}
