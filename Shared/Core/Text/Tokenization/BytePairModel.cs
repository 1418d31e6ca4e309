using System.Buffers;
using System.Text;

namespace Rill.Text.Tokenization;

/// <summary>
/// Byte-pair encoding of one word: start from single bytes, replace the adjacent pair of lowest rank (the left-most of equals), repeat.
/// Thread-safe.
/// </summary>
internal sealed class BytePairModel
{
    private const int LongestScanned = 48;
    private const int LongestCached = 32;

    private readonly TokenTable _tokens;
    private readonly MergeTable _merges;
    private readonly bool _ignoresMerges;
    private readonly bool _wordsAreMapped;
    private readonly int[] _byteTokens = new int[256];
    private readonly WordCache _cache = new();

    /// <param name="tokens">The vocabulary.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="ignoresMerges">True when a word that is a token is taken whole, whatever the merges say.</param>
    /// <param name="wordsAreMapped">True when words come written in the <see cref="ByteAlphabet"/>.</param>
    public BytePairModel(TokenTable tokens, MergeTable merges, bool ignoresMerges, bool wordsAreMapped)
    {
        (_tokens, _merges, _ignoresMerges, _wordsAreMapped) = (tokens, merges, ignoresMerges, wordsAreMapped);
        for (var value = 0; value < 256; value++)
        {
            _byteTokens[value] = tokens.Find([(byte)value]);
        }
    }

    /// <summary>Appends the tokens of a word.</summary>
    public void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (word.Length > LongestCached)
        {
            EncodeBytes(word, output);
            return;
        }

        if (_cache.Find(word) is { } known)
        {
            output.AddRange(known);
            return;
        }

        var start = output.Count;
        EncodeBytes(word, output);
        _cache.Add(word, [.. output[start..]]);
    }

    private void EncodeBytes(ReadOnlySpan<char> word, List<int> output)
    {
        const int OnStack = 256;
        var rented = word.Length * 3 <= OnStack ? null : ArrayPool<byte>.Shared.Rent(word.Length * 3);
        var buffer = rented ?? stackalloc byte[OnStack];
        EncodeBytes(buffer[..GetBytes(word, buffer)], output);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int GetBytes(ReadOnlySpan<char> word, Span<byte> destination)
    {
        if (!_wordsAreMapped)
        {
            return Encoding.UTF8.GetBytes(word, destination);
        }

        for (var index = 0; index < word.Length; index++)
        {
            destination[index] = (byte)ByteAlphabet.ToByte(word[index]);
        }

        return word.Length;
    }

    private void EncodeBytes(ReadOnlySpan<byte> bytes, List<int> output)
    {
        if (_ignoresMerges && _tokens.Find(bytes) is >= 0 and var whole)
        {
            output.Add(whole);
            return;
        }

        var rented = bytes.Length <= LongestScanned ? null : ArrayPool<int>.Shared.Rent(bytes.Length);
        var symbols = rented ?? stackalloc int[LongestScanned];
        var count = 0;
        foreach (var value in bytes)
        {
            // A byte without a token is dropped, as the reference does when there is no unknown token.
            if (_byteTokens[value] >= 0)
            {
                symbols[count++] = _byteTokens[value];
            }
        }

        output.AddRange(count <= LongestScanned ? MergeByScanning(symbols[..count]) : MergeByHeap.Merge(_merges, symbols[..count]));
        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    /// <summary>Merges a short word in place: looking at every pair each time is quickest there.</summary>
    private Span<int> MergeByScanning(Span<int> symbols)
    {
        Span<ulong> pairs = stackalloc ulong[LongestScanned];
        for (var index = 0; index + 1 < symbols.Length; index++)
        {
            pairs[index] = _merges.Find(symbols[index], symbols[index + 1]);
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
                pairs[best] = _merges.Find(symbols[best], symbols[best + 1]);
            }

            if (best > 0)
            {
                pairs[best - 1] = _merges.Find(symbols[best - 1], symbols[best]);
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
