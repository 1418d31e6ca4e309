namespace Rill.Bench.Parity;

/// <summary>How two engines compare on one model.</summary>
/// <param name="Whole">
/// Sum of the squares of the logits' differences beside that of the peer's logits, the text computed as a prompt: at the greatest of its positions.
/// </param>
/// <param name="Single">The same, computed token by token.</param>
/// <param name="EqualTokens">How many tokens of a greedy continuation are the same up to the first that differs.</param>
internal sealed record ParityResult(double Whole, double Single, int EqualTokens)
{
    /// <summary>Positions of the text.</summary>
    public const int TextLength = 40;

    /// <summary>Tokens of the continuation.</summary>
    public const int AnswerLength = 16;

    /// <summary>The greater of the two.</summary>
    public double Most => Math.Max(Whole, Single);

    /// <summary>The differences of all positions of a text, by the greatest; not a number where an engine gives none.</summary>
    /// <param name="own">Logits, one position's after the other's.</param>
    /// <param name="peer">The peer's.</param>
    public static double Difference(ReadOnlySpan<float> own, ReadOnlySpan<float> peer)
    {
        var (greatest, width) = (0.0, peer.Length / TextLength);
        for (var start = 0; start < peer.Length; start += width)
        {
            var (difference, size) = (0.0, 0.0);
            for (var i = start; i < start + width; i++)
            {
                difference += Math.Pow((double)own[i] - peer[i], 2);
                size += Math.Pow(peer[i], 2);
            }

            greatest = Math.Max(greatest, difference / size);
        }

        return greatest;
    }
}
