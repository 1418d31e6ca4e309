using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>Byte-pair encoding that starts from a word's bytes. Thread-safe.</summary>
internal sealed class ByteLevelBpe : BpeModel
{
    private readonly TokenTable _tokens;
    private readonly PairMerger _merger;
    private readonly BpeOptions _options;
    private readonly bool _wordsAreMapped;
    private readonly int[] _byteTokens = new int[256];
    private readonly WordCache _cache = new();

    /// <param name="tokens">The vocabulary, by bytes.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="options">The model's options.</param>
    /// <param name="wordsAreMapped">True when words come written in the <see cref="ByteAlphabet"/>.</param>
    public ByteLevelBpe(TokenTable tokens, MergeTable merges, BpeOptions options, bool wordsAreMapped)
    {
        (_tokens, _merger, _options, _wordsAreMapped) = (tokens, new(merges), options, wordsAreMapped);
        for (var value = 0; value < 256; value++)
        {
            _byteTokens[value] = tokens.Find([(byte)value]);
        }
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> word, List<int> output, EncodingBudget budget)
    {
        if (_cache.TryAppend(word, output))
        {
            return;
        }

        var start = output.Count;
        EncodeBytes(word, output, budget);
        _cache.Add(word, CollectionsMarshal.AsSpan(output)[start..]);
    }

    private void EncodeBytes(ReadOnlySpan<char> word, List<int> output, EncodingBudget budget)
    {
        const int OnStack = 256;
        var rented = word.Length * 3 <= OnStack ? null : ArrayPool<byte>.Shared.Rent(word.Length * 3);
        var buffer = rented ?? stackalloc byte[OnStack];
        EncodeBytes(buffer[..GetBytes(word, buffer)], output, budget);
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

    private void EncodeBytes(ReadOnlySpan<byte> bytes, List<int> output, EncodingBudget budget)
    {
        if (_options.IgnoresMerges && _tokens.Find(bytes) is >= 0 and var whole)
        {
            output.Add(whole);
            return;
        }

        var rented = bytes.Length <= PairMerger.LongestScanned ? null : ArrayPool<int>.Shared.Rent(bytes.Length);
        var buffer = new SymbolBuffer(rented ?? stackalloc int[PairMerger.LongestScanned], _options.Unknown);
        foreach (var value in bytes)
        {
            if (_byteTokens[value] >= 0)
            {
                buffer.Add(_byteTokens[value]);
            }
            else
            {
                buffer.AddUnknown();
            }
        }

        output.AddRange(_merger.Merge(buffer.Finish(), budget));
        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }
}
