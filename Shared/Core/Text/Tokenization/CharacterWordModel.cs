using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Rill.Text.Tokenization;

/// <summary>
/// Byte-pair encoding that starts from a word's characters, as models made with SentencePiece do; a character without a token of its own may
/// fall back to the tokens of its bytes. Such models take a whole text for one word. Where no token has the space mark behind another
/// character, the word is cut before each mark that follows one: no merge reaches across, so that the parts' tokens are the word's, and
/// parts come again and can be remembered. Thread-safe.
/// </summary>
internal sealed class CharacterWordModel : WordModel
{
    private const int LongestOnStack = 128;

    private readonly TokenTable _tokens;
    private readonly PairMerger _merger;
    private readonly WordModelOptions _options;
    private readonly bool _cutsAtMarks;
    private readonly int[] _asciiTokens = new int[128];
    private readonly int[]? _byteTokens;
    private readonly WordCache _cache = new();

    /// <param name="tokens">The vocabulary, by text.</param>
    /// <param name="merges">The merges.</param>
    /// <param name="options">The model's options.</param>
    /// <param name="fallsBackToBytes">True when a character without a token becomes the tokens of its bytes.</param>
    /// <param name="marksOnlyBegin">True when no merge makes a token with a space mark behind another character.</param>
    public CharacterWordModel(
        TokenTable tokens, MergeTable merges, WordModelOptions options, bool fallsBackToBytes, bool marksOnlyBegin)
    {
        (_tokens, _merger, _options) = (tokens, new(merges), options);
        for (var value = 0; value < _asciiTokens.Length; value++)
        {
            _asciiTokens[value] = tokens.Find([(byte)value]);
        }

        _byteTokens = fallsBackToBytes ? [.. Enumerable.Range(0, 256).Select(value => tokens.Find(ByteToken.Text((byte)value)))] : null;

        // A mark without a token would be unknown, and be fused with what stands before it.
        _cutsAtMarks = marksOnlyBegin && FindToken(new Rune(SpaceMark.Character)) >= 0;
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (_options.IgnoresMerges && FindToken(word) is >= 0 and var whole)
        {
            output.Add(whole);
            return;
        }

        while (!word.IsEmpty)
        {
            var length = _cutsAtMarks ? SpaceMark.FirstPart(word) : word.Length;
            EncodePart(word[..length], output);
            word = word[length..];
        }
    }

    private void EncodePart(ReadOnlySpan<char> part, List<int> output)
    {
        if (_cache.TryAppend(part, output))
        {
            return;
        }

        var start = output.Count;
        Merge(part, output);
        _cache.Add(part, CollectionsMarshal.AsSpan(output)[start..]);
    }

    private void Merge(ReadOnlySpan<char> part, List<int> output)
    {
        // A UTF-16 unit becomes at most three bytes, each a symbol at worst.
        var rented = part.Length * 3 <= LongestOnStack ? null : ArrayPool<int>.Shared.Rent(part.Length * 3);
        var symbols = new SymbolBuffer(rented ?? stackalloc int[LongestOnStack], _options.Unknown);
        foreach (var rune in part.EnumerateRunes())
        {
            AddSymbols(rune, ref symbols);
        }

        output.AddRange(_merger.Merge(symbols.Finish()));
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
