using System.Buffers;
using System.Runtime.Intrinsics;
using System.Text;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Tokens;

/// <summary>
/// A model's tokens as a grammar needs them: by their bytes, and those apart that are plain text within a JSON string, of which most
/// vocabularies consist. Immutable.
/// </summary>
public sealed class TokenVocabulary
{
    // Longer plain tokens are few, and are walked.
    private const int LongestPlain = 16;
    private const int WordBits = 32;

    // 10 MB at 150,000 tokens.
    private const int MostInside = 512;

    private readonly byte[]?[] _bytes;
    private readonly uint[][] _plain;
    private readonly uint[] _open;
    private readonly uint[] _withText;
    private readonly uint[] _withoutText;
    private readonly uint[] _quotedTokens;
    private readonly uint[] _groups;

    /// <summary>Reads all tokens of a tokenizer.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="endTokens">The ids that end a turn.</param>
    public TokenVocabulary(ITokenizer tokenizer, IReadOnlyCollection<int> endTokens)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(endTokens);
        _bytes = new byte[]?[tokenizer.VocabularySize];
        EndTokens = [.. endTokens.Where(id => id >= 0 && id < _bytes.Length)];
        var (all, openRest, quoted) = (new List<(int, byte[])>(), new List<(int, byte[])>(), new List<(int, byte[])>());
        var (odd, lengthy) = (new List<(int, byte[])>(), new List<(int, byte[])>());
        var words = (_bytes.Length + 31) / 32;
        (_open, _withText, _withoutText, _quotedTokens) = (new uint[words], new uint[words], new uint[words], new uint[words]);
        _groups = new uint[words * WordBits];
        Array.Fill(_groups, CharacterGroups.Other);
        _plain = [.. Enumerable.Range(0, LongestPlain + 1).Select(_ => new uint[words])];
        for (var id = 0; id < _bytes.Length; id++)
        {
            if (!tokenizer.Contains(id) || EndTokens.Contains(id))
            {
                continue;
            }

            if (tokenizer.IsSpecial(id) || tokenizer.GetBytes(id) is not { Length: > 0 } bytes)
            {
                _withoutText[id >> 5] |= 1u << id;
                continue;
            }

            _withText[id >> 5] |= 1u << id;
            _bytes[id] = bytes.ToArray();
            _groups[id] = CharacterGroups.Of(bytes);
            all.Add((id, _bytes[id]!));
            if (bytes.Contains((byte)'"'))
            {
                quoted.Add((id, _bytes[id]!));
                _quotedTokens[id >> 5] |= 1u << id;
            }

            if (IsOpen(bytes))
            {
                _open[id >> 5] |= 1u << id;
            }
            else
            {
                openRest.Add((id, _bytes[id]!));
            }

            var length = PlainLength(bytes);
            if (length is > 0 and <= LongestPlain)
            {
                for (var room = length; room <= LongestPlain; room++)
                {
                    _plain[room][id >> 5] |= 1u << id;
                }
            }
            else
            {
                (length == 0 ? odd : lengthy).Add((id, _bytes[id]!));
            }
        }

        (All, Odd, Long, OpenRest, Quoted) = (new(all, _groups), new(odd), new(lengthy), new(openRest), new(quoted));
    }

    /// <summary>Number of ids.</summary>
    public int Size => _bytes.Length;

    /// <summary>The ids that end a turn.</summary>
    internal IReadOnlyList<int> EndTokens { get; }

    /// <summary>True for an id that ends a turn.</summary>
    public bool IsEnd(int token) => EndTokens.Contains(token);

    /// <summary>All tokens that have text.</summary>
    internal TokenTrie All { get; }

    /// <summary>Those that are not plain.</summary>
    internal TokenTrie Odd { get; }

    /// <summary>Those that are plain, and longer than those in <see cref="Plain"/>.</summary>
    internal TokenTrie Long { get; }

    /// <summary>Those that are not in <see cref="Open"/>.</summary>
    internal TokenTrie OpenRest { get; }

    /// <summary>Those that hold a quotation mark.</summary>
    internal TokenTrie Quoted { get; }

    /// <summary>Clears their bits.</summary>
    internal void ClearQuoted(Span<uint> mask)
    {
        for (var word = 0; word < _quotedTokens.Length; word++)
        {
            mask[word] &= ~_quotedTokens[word];
        }
    }

    /// <summary>Masks of the inside of strings.</summary>
    internal InsideMasks Inside { get; } = new(MostInside);

    /// <summary>The bits of the tokens that are text which needs no escape in a string, the last character perhaps only begun.</summary>
    internal ReadOnlySpan<uint> Open => _open;

    /// <summary>The bits of all tokens that have text.</summary>
    internal ReadOnlySpan<uint> WithText => _withText;

    /// <summary>The bits of those that have none and do not end a turn: the model's other marks.</summary>
    internal ReadOnlySpan<uint> WithoutText => _withoutText;

    /// <summary>True for an id that is a token and does not end a turn.</summary>
    internal bool HasToken(int token) =>
        (uint)token < (uint)_bytes.Length && ((_withText[token >> 5] | _withoutText[token >> 5]) >> token & 1) != 0;

    /// <summary>The characters of the longest token in <see cref="Plain"/>.</summary>
    internal static int PlainCharacters => LongestPlain;

    /// <summary>The bits of the plain tokens with at most so many characters.</summary>
    internal ReadOnlySpan<uint> Plain(int characters) => _plain[Math.Min(characters, LongestPlain)];

    /// <summary>Sets the bits of the tokens whose characters are all of some groups.</summary>
    internal void MarkWithin(uint groups, Span<uint> mask)
    {
        var outside = Vector256.Create(~groups);
        for (var word = 0; word < mask.Length; word++)
        {
            for (var at = 0; at < WordBits; at += Vector256<uint>.Count)
            {
                var strange = Vector256.LoadUnsafe(ref _groups[(word * WordBits) + at]) & outside;
                mask[word] |= Vector256.Equals(strange, Vector256<uint>.Zero).ExtractMostSignificantBits() << at;
            }
        }
    }

    /// <summary>A token's text; empty for one that has none.</summary>
    internal ReadOnlySpan<byte> Bytes(int token) => (uint)token < (uint)_bytes.Length ? _bytes[token] : default;

    /// <summary>How many characters a token has, if each of them is plain; else 0.</summary>
    private static int PlainLength(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (; bytes.Length > 0; count++)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) != OperationStatus.Done || !PlainReach.IsPlain(rune.Value))
            {
                return 0;
            }

            bytes = bytes[length..];
        }

        return count;
    }

    private static bool IsOpen(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var length);
            if (status == OperationStatus.NeedMoreData)
            {
                return true;
            }

            if (status != OperationStatus.Done || !PlainReach.IsUnescaped(rune.Value))
            {
                return false;
            }

            bytes = bytes[length..];
        }

        return true;
    }
}
