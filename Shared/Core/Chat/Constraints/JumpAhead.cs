using System.Text;
using System.Text.Unicode;
using Rill.Text;
using Rill.Text.Grammar;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>
/// Guesses in which tokens a model spells text that its answer is forced to go on with: in those of the tokenizer, which the model has read
/// all its texts in. Follows one sequence.
/// </summary>
/// <remarks>
/// How the last token of such a text is cut depends on what the model writes behind it (<c>":</c> and a space, or <c>":"</c>). So it is
/// guessed only where it was right the last time, for a model keeps to its way of spacing.
/// </remarks>
internal sealed class JumpAhead(ITokenizer tokenizer)
{
    /// <summary>Most bytes and marks that are looked at: each costs time of the engine's thread.</summary>
    public const int MostSymbols = 64;

    private (int Place, int Token)? _openEnd;
    private bool _openEndHolds;

    /// <summary>Writes the tokens of a forced text, as many as there is room for.</summary>
    /// <param name="forced">The text.</param>
    /// <param name="tokens">The sequence's tokens so far.</param>
    /// <param name="drafts">Room for the guesses.</param>
    /// <returns>Number of guesses.</returns>
    public int Write(ForcedText forced, ReadOnlySpan<int> tokens, Span<int> drafts)
    {
        CheckOpenEnd(tokens);
        var (spelled, isOpen) = Spell(forced, tokens.IsEmpty ? null : tokens[^1]);
        if (isOpen)
        {
            _openEnd = (tokens.Length + spelled.Count - 1, spelled[^1]);
        }

        var count = Math.Min(drafts.Length, isOpen && !_openEndHolds ? spelled.Count - 1 : spelled.Count);
        for (var i = 0; i < count; i++)
        {
            drafts[i] = spelled[i];
        }

        return count;
    }

    private void CheckOpenEnd(ReadOnlySpan<int> tokens)
    {
        if (_openEnd is { } end && end.Place < tokens.Length)
        {
            (_openEndHolds, _openEnd) = (tokens[end.Place] == end.Token, null);
        }
    }

    /// <summary>The tokens, and whether the last one of them depends on what follows.</summary>
    private (List<int> Tokens, bool IsOpen) Spell(ForcedText forced, int? before)
    {
        var spelled = new List<int>();
        var symbols = forced.Symbols.Values;
        while (!symbols.IsEmpty)
        {
            if (symbols[0] >= Symbols.FirstToken)
            {
                spelled.Add(symbols[0] - Symbols.FirstToken);
                symbols = symbols[1..];
                before = null;
                continue;
            }

            var length = symbols.IndexOfAnyExceptInRange(byte.MinValue, byte.MaxValue) is var mark and >= 0 ? mark : symbols.Length;
            var isLast = length == symbols.Length;
            var text = Bytes(symbols[..length]);
            if (SpellText(isLast ? WholeCharacters(text) : text, before) is not { } words)
            {
                return (spelled, false);
            }

            spelled.AddRange(words);
            if (isLast)
            {
                return (spelled, words.Count > 0 && !forced.IsEnd);
            }

            symbols = symbols[length..];
        }

        return (spelled, false);
    }

    /// <summary>
    /// A text's tokens behind another token; behind nothing, where the tokenizer would have cut the two together in another place. Null
    /// where it cannot be told.
    /// </summary>
    private IReadOnlyList<int>? SpellText(ReadOnlySpan<byte> text, int? before) =>
        (before is { } token && !tokenizer.IsSpecial(token) ? Ending(text, [.. tokenizer.GetBytes(token), .. text]) : null) ?? Ending(text, text);

    /// <summary>The last tokens of a text, those that spell its ending; null where no token begins with that.</summary>
    private IReadOnlyList<int>? Ending(ReadOnlySpan<byte> ending, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            return null;
        }

        var all = tokenizer.Encode(PromptText.OfRequest(Encoding.UTF8.GetString(text)));
        var first = all.Count;
        var left = ending;
        while (!left.IsEmpty && first > 0)
        {
            var bytes = tokenizer.GetBytes(all[--first]);
            if (bytes.IsEmpty || !left.EndsWith(bytes))
            {
                return null;
            }

            left = left[..^bytes.Length];
        }

        return left.IsEmpty ? [.. all.Skip(first)] : null;
    }

    private static byte[] Bytes(ReadOnlySpan<int> symbols)
    {
        var bytes = new byte[symbols.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)symbols[i];
        }

        return bytes;
    }

    /// <summary>A text without a character at its end that is only begun.</summary>
    private static ReadOnlySpan<byte> WholeCharacters(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && Rune.DecodeLastFromUtf8(text, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            text = text[..^1];
        }

        return text;
    }
}
