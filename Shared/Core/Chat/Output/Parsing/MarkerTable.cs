using Rill.Text;

namespace Rill.Chat.Output.Parsing;

/// <summary>
/// The marks that a parser looks for, as symbols. A symbol is a character of ordinary text (a UTF-16 unit), or a whole token that is a mark:
/// such a mark is known by its token alone, so that no text can forge it.
/// </summary>
/// <param name="tokenizer">Knows which marks are tokens.</param>
internal sealed class MarkerTable(ITokenizer tokenizer)
{
    private const int FirstToken = 0x10000;

    private readonly List<string> _texts = [];
    private readonly Dictionary<int, int> _symbols = [];    // token id -> symbol

    /// <summary>True for a symbol that is a whole token.</summary>
    public static bool IsToken(int symbol) => symbol >= FirstToken;

    /// <summary>True for white space.</summary>
    public static bool IsSpace(int symbol) => symbol < FirstToken && char.IsWhiteSpace((char)symbol);

    /// <summary>The symbol of a token that is a mark, or null.</summary>
    public int? SymbolOf(int tokenId) => _symbols.TryGetValue(tokenId, out var symbol) ? symbol : null;

    /// <summary>The text of a token that is a mark.</summary>
    public string TextOf(int symbol) => _texts[symbol - FirstToken];

    /// <summary>A symbol's text.</summary>
    public string Spell(int symbol) => IsToken(symbol) ? TextOf(symbol) : ((char)symbol).ToString();

    /// <summary>A mark's symbols: each added token that it holds is one, everything else is characters.</summary>
    public int[] Compile(string text)
    {
        var symbols = new List<int>(text.Length);
        for (var start = 0; start < text.Length;)
        {
            var (id, length) = TokenAt(text, start);
            symbols.Add(id is { } token ? Register(token, text.Substring(start, length)) : text[start]);
            start += length;
        }

        return [.. symbols];
    }

    /// <summary>Only what is bracketed counts: an added token that is a word or a run of spaces is no mark.</summary>
    private (int? Id, int Length) TokenAt(string text, int start)
    {
        if (text[start] is '<' or '[')
        {
            for (var end = text.Length; end > start + 2; end--)
            {
                if (text[end - 1] is '>' or ']' && tokenizer.FindToken(text[start..end]) is { } id)
                {
                    return (id, end - start);
                }
            }
        }

        return (null, 1);
    }

    private int Register(int tokenId, string text)
    {
        if (!_symbols.TryGetValue(tokenId, out var symbol))
        {
            symbol = FirstToken + _texts.Count;
            _texts.Add(text);
            _symbols.Add(tokenId, symbol);
        }

        return symbol;
    }
}
