using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Text.Tokenization.Bpe;

/// <summary>
/// Byte-pair encoding that starts from a word's characters, as models made with SentencePiece do; a character without a token of its own may
/// fall back to the tokens of its bytes. Such models take a whole text for one word; it is cut at the <see cref="MergeSeams"/>, and
/// the tokens of the parts are remembered. Thread-safe.
/// </summary>
internal sealed class CharacterBpe : BpeModel
{
    private const int LongestOnStack = 128;
    private const char BeyondAscii = '\uFFFD';

    private readonly TokenTable _tokens;
    private readonly PairMerger _merger;
    private readonly BpeOptions _options;
    private readonly MergeSeams? _seams;
    private readonly int[] _asciiTokens = new int[128];
    private readonly int[]? _byteTokens;
    private readonly WordCache _cache = new();

    /// <param name="tokens">The vocabulary, by text.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="options">The model's options.</param>
    /// <param name="fallsBackToBytes">True when a character without a token becomes the tokens of its bytes.</param>
    /// <param name="seams">Between which characters no merge joins.</param>
    public CharacterBpe(
        TokenTable tokens, MergeTable merges, BpeOptions options, bool fallsBackToBytes, MergeSeams seams)
    {
        (_tokens, _merger, _options) = (tokens, new(merges), options);
        for (var value = 0; value < _asciiTokens.Length; value++)
        {
            _asciiTokens[value] = tokens.Find([(byte)value]);
        }

        _byteTokens = fallsBackToBytes ? [.. Enumerable.Range(0, 256).Select(value => tokens.Find(ByteToken.Text((byte)value)))] : null;
        _seams = FindSeams(seams, merges);
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> word, List<int> output, EncodingBudget budget)
    {
        if (_options.IgnoresMerges && FindToken(word) is >= 0 and var whole)
        {
            output.Add(whole);
            return;
        }

        while (!word.IsEmpty)
        {
            var length = _seams?.FirstPart(word) ?? word.Length;
            EncodePart(word[..length], output, budget);
            word = word[length..];
        }
    }

    /// <summary>
    /// The seams, but for those beside characters without a token: such a one may become one token with its neighbour, or vanish and let
    /// its neighbours meet. None when a token that stands for anything is merged itself.
    /// </summary>
    private MergeSeams? FindSeams(MergeSeams seams, MergeTable merges)
    {
        if (merges.Takes(new HashSet<int>([_options.Unknown.Id, .. _byteTokens ?? []])))
        {
            return null;
        }

        foreach (var character in Enumerable.Range(0, 128).Select(value => (char)value).Append(SpaceMark.Character))
        {
            if (FindToken(new Rune(character)) < 0)
            {
                seams.Close(character);
            }
        }

        if (_options.Unknown.Id < 0)
        {
            seams.Close(BeyondAscii);
        }

        return seams;
    }

    private void EncodePart(ReadOnlySpan<char> part, List<int> output, EncodingBudget budget)
    {
        budget.Spend(part.Length);
        if (_cache.TryAppend(part, output))
        {
            return;
        }

        var start = output.Count;
        Merge(part, output, budget);
        _cache.Add(part, CollectionsMarshal.AsSpan(output)[start..]);
    }

    private void Merge(ReadOnlySpan<char> part, List<int> output, EncodingBudget budget)
    {
        // A UTF-16 unit becomes at most three bytes, each a symbol at worst.
        var rented = part.Length * 3 <= LongestOnStack ? null : ArrayPool<int>.Shared.Rent(part.Length * 3);
        var symbols = new SymbolBuffer(rented ?? stackalloc int[LongestOnStack], _options.Unknown);
        foreach (var rune in part.EnumerateRunes())
        {
            AddSymbols(rune, ref symbols);
        }

        output.AddRange(_merger.Merge(symbols.Finish(), budget));
        if (rented is not null)
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private void AddSymbols(Rune rune, ref SymbolBuffer symbols)
    {
        if (FindToken(rune) is >= 0 and var token)
        {
            symbols.Add(token);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        if (!HasTokens(bytes))
        {
            symbols.AddUnknown();
            return;
        }

        foreach (var value in bytes)
        {
            symbols.AddFallback(_byteTokens![value]);
        }
    }

    private bool HasTokens(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (_byteTokens is null || _byteTokens[value] < 0)
            {
                return false;
            }
        }

        return true;
    }

    private int FindToken(Rune rune)
    {
        if (rune.IsAscii)
        {
            return _asciiTokens[rune.Value];
        }

        Span<byte> bytes = stackalloc byte[4];
        return _tokens.Find(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    private int FindToken(ReadOnlySpan<char> word)
    {
        if (word.Length > _tokens.LongestFindable)
        {
            return -1;
        }

        var bytes = ArrayPool<byte>.Shared.Rent(word.Length * 3);
        var token = _tokens.Find(bytes.AsSpan(0, Encoding.UTF8.GetBytes(word, bytes)));
        ArrayPool<byte>.Shared.Return(bytes);
        return token;
    }
}
