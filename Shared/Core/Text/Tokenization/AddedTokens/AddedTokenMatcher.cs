using System.Buffers;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.AddedTokens;

/// <summary>Finds added tokens in text: the left-most, and of those the longest. Immutable and thread-safe.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<AddedToken?> _nodes = [null];
    private readonly SearchValues<char> _first;
    private readonly SearchValues<char> _firstOfOpen;

    /// <summary>Creates a matcher; each token is looked for by the text given with it, the first of equals wins.</summary>
    public AddedTokenMatcher(IReadOnlyCollection<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            _nodes[AddPath(text)] ??= token;
        }

        _first = FirstUnits(tokens);
        _firstOfOpen = FirstUnits(tokens.Where(token => !token.Token.IsControl));
    }

    /// <summary>
    /// Cuts a text into sections: added tokens, and what lies between them. Control tokens match only inside what the template wrote, though
    /// the white space they swallow may be anyone's; other tokens match everywhere.
    /// </summary>
    public List<Section> Split(ReadOnlySpan<char> text, TemplateSpans template, EncodingBudget budget)
    {
        var sections = new List<Section>();
        var (start, from) = (0, 0);
        while (Find(text, from, template, budget) is var (token, matchStart, matchEnd))
        {
            from = matchEnd;
            if (token.IsSingleWord && TouchesWord(text, matchStart, matchEnd))
            {
                continue;
            }

            var (left, right) = Widen(text, token, start, matchStart, matchEnd, budget);
            if (left > start)
            {
                sections.Add(new(start, left, null));
            }

            // The reference goes on right behind the match: a token of white space counts though another has swallowed it,
            // unless it begins where that one ended, by swallowing to the left.
            if (left < right)
            {
                sections.Add(new(left, right, token));
                start = right;
            }
        }

        if (start < text.Length)
        {
            sections.Add(new(start, text.Length, null));
        }

        return sections;
    }

    /// <summary>All tokens that stand somewhere in a text, those too that overlap or lie in one another.</summary>
    public IReadOnlyCollection<AddedToken> FindAll(ReadOnlySpan<char> text, EncodingBudget budget)
    {
        var found = new HashSet<AddedToken>();
        for (var start = 0; start < text.Length; start++)
        {
            var node = 0;
            for (var index = start; index < text.Length && _children.TryGetValue((node, text[index]), out node); index++)
            {
                budget.Spend(1);
                if (_nodes[node] is { } token)
                {
                    found.Add(token);
                }
            }
        }

        return found;
    }

    private static SearchValues<char> FirstUnits(IEnumerable<(string Text, AddedToken Token)> tokens) =>
        SearchValues.Create(tokens.Select(token => token.Text[0]).Distinct().ToArray());

    private int AddPath(string text)
    {
        var node = 0;
        foreach (var unit in text)
        {
            if (!_children.TryGetValue((node, unit), out var child))
            {
                child = _nodes.Count;
                _nodes.Add(null);
                _children.Add((node, unit), child);
            }

            node = child;
        }

        return node;
    }

    private (AddedToken Token, int Start, int End)? Find(ReadOnlySpan<char> text, int from, TemplateSpans template, EncodingBudget budget)
    {
        var (stretchEnd, isTemplate) = (from, false);
        while (from < text.Length)
        {
            if (from >= stretchEnd)
            {
                (stretchEnd, isTemplate) = template.StretchAt(from, text.Length);
            }

            var offset = text[from..stretchEnd].IndexOfAny(isTemplate ? _first : _firstOfOpen);
            budget.Spend(1 + (offset < 0 ? stretchEnd - from : offset));
            if (offset < 0)
            {
                from = stretchEnd;
                continue;
            }

            var start = from + offset;
            var (token, end) = FindAt(text, start, controlEnd: isTemplate ? stretchEnd : start, budget);
            if (token is not null)
            {
                return (token, start, end);
            }

            from = start + 1;
        }

        return null;
    }

    /// <summary>The longest token that begins at a place, where a control token ends at <paramref name="controlEnd"/> at the latest.</summary>
    private (AddedToken? Token, int End) FindAt(ReadOnlySpan<char> text, int start, int controlEnd, EncodingBudget budget)
    {
        AddedToken? longest = null;
        var (end, node) = (start, 0);
        for (var index = start; index < text.Length && _children.TryGetValue((node, text[index]), out node); index++)
        {
            budget.Spend(1);
            if (_nodes[node] is { } token && (!token.IsControl || index < controlEnd))
            {
                (longest, end) = (token, index + 1);
            }
        }

        return (longest, end);
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && CodePoint.IsWord(CodePoint.Read(text, CodePoint.StepBack(text, start), out _)))
        || (end < text.Length && CodePoint.IsWord(CodePoint.Read(text, end, out _)));

    private static (int Left, int Right) Widen(
        ReadOnlySpan<char> text, AddedToken token, int lowest, int start, int end, EncodingBudget budget)
    {
        var (left, right) = (start, end);
        while (token.StripsLeft && left > lowest && char.IsWhiteSpace(text[left - 1]))
        {
            left--;
        }

        while (token.StripsRight && right < text.Length && char.IsWhiteSpace(text[right]))
        {
            right++;
        }

        budget.Spend(start - left + right - end);
        return (token.StripsLeft ? Math.Max(left, lowest) : left, right);
    }
}
