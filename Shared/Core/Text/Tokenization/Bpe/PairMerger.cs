using System.Runtime.CompilerServices;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Byte-pair merging: replace the adjacent pair of lowest rank (the left-most of equals), repeat. Immutable and thread-safe.
/// </summary>
internal sealed class PairMerger(MergeTable merges)
{
    /// <summary>The longest word for which looking at every pair each time is quickest.</summary>
    public const int LongestScanned = 48;

    /// <summary>Merges in place and returns the part of <paramref name="symbols"/> that holds the result.</summary>
    public Span<int> Merge(Span<int> symbols, EncodingBudget budget) =>
        symbols.Length <= LongestScanned ? MergeByScanning(symbols) : MergeByHeap.Merge(merges, symbols, budget);

    [SkipLocalsInit]
    private Span<int> MergeByScanning(Span<int> symbols)
    {
        Span<ulong> pairs = stackalloc ulong[LongestScanned];
        for (var index = 0; index + 1 < symbols.Length; index++)
        {
            pairs[index] = merges.Find(symbols[index], symbols[index + 1]);
        }

        while (symbols.Length > 1)
        {
            var best = IndexOfLowest(pairs[..(symbols.Length - 1)]);
            if (pairs[best] == MergeTable.None)
            {
                break;
            }

            symbols[best] = MergeTable.Token(pairs[best]);
            symbols[(best + 2)..].CopyTo(symbols[(best + 1)..]);
            pairs[(best + 1)..(symbols.Length - 1)].CopyTo(pairs[best..]);
            symbols = symbols[..^1];
            if (best + 1 < symbols.Length)
            {
                pairs[best] = merges.Find(symbols[best], symbols[best + 1]);
            }

            if (best > 0)
            {
                pairs[best - 1] = merges.Find(symbols[best - 1], symbols[best]);
            }
        }

        return symbols;
    }

    private static int IndexOfLowest(ReadOnlySpan<ulong> pairs)
    {
        var best = 0;
        for (var index = 1; index < pairs.Length; index++)
        {
            // Ranks are unique but for equal pairs, so that "less" keeps the left-most.
            if (pairs[index] < pairs[best])
            {
                best = index;
            }
        }

        return best;
    }
}
