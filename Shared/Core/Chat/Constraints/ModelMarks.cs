using System.Text;
using Rill.Text;
using Rill.Text.Grammar.Machines;

namespace Rill.Chat.Constraints;

/// <summary>
/// Spells a model's marks: those that are tokens of their own count as these tokens, never as the text that spells them. Remembers which
/// tokens it met.
/// </summary>
internal sealed class ModelMarks(ITokenizer tokenizer, IReadOnlyCollection<int> endTokens)
{
    private readonly HashSet<int> _tokens = [];

    /// <summary>The tokens that stood in a mark so far.</summary>
    public IReadOnlyCollection<int> Tokens => _tokens;

    /// <summary>A mark. A token that ends the turn is left out: where a grammar is done the turn may end anyway.</summary>
    public Symbols Of(string mark)
    {
        var (symbols, from) = (new List<int>(), 0);
        foreach (var (id, text) in TokensIn(mark))
        {
            var at = mark.IndexOf(text, from, StringComparison.Ordinal);
            AddText(mark[from..at]);
            if (!endTokens.Contains(id))
            {
                _tokens.Add(id);
                symbols.Add(Symbols.FirstToken + id);
            }

            from = at + text.Length;
        }

        AddText(mark[from..]);
        return new([.. symbols]);

        void AddText(string text) => symbols.AddRange(Encoding.UTF8.GetBytes(text).Select(value => (int)value));
    }

    /// <summary>The added tokens in a text that stand for themselves alone, in order: words and runs of spaces are text.</summary>
    private IEnumerable<(int Id, string Text)> TokensIn(string mark)
    {
        foreach (var id in tokenizer.Encode(PromptText.OfTemplate(mark)))
        {
            var text = Encoding.UTF8.GetString(tokenizer.GetBytes(id));
            if (text.Length > 0 && tokenizer.FindToken(text) == id && !tokenizer.OpenTokens.Contains(text))
            {
                yield return (id, text);
            }
        }
    }
}
