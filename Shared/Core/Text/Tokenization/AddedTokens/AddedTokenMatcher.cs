using System.Buffers;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.AddedTokens;

/// <summary>Finds added tokens in text: the left-most, and of those the longest. Immutable and thread-safe.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<AddedToken?> _nodes = [null];
    private readonly SearchValues<char> _first;

    /// <summary>Creates a matcher; each token is looked for by the text given with it, the first of equals wins.</summary>
    public AddedTokenMatcher(IReadOnlyCollection<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            _nodes[AddPath(text)] ??= token;
        }

        _first = SearchValues.Create(tokens.Select(token => token.Text[0]).Distinct().ToArray());
    }

    /// <summary>
    /// Cuts a text into sections: added tokens, and what lies between them. Tokens match only inside what the template wrote, though the
    /// white space they swallow may be anyone's.
    /// </summary>
    public List<Section> Split(ReadOnlySpan<char> text, TemplateSpans template)
    {
        var sections = new List<Section>();
        var start = 0;
        foreach (var span in template.Spans)
        {
            var from = span.Start;
            while (from < span.End && Find(text[..span.End], from) is var (token, matchStart, matchEnd))
            {
                from = matchEnd;
                if (token.IsSingleWord && TouchesWord(text, matchStart, matchEnd))
                {
                    continue;
                }

                var (left, right) = Widen(text, token, start, matchStart, matchEnd);
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
        }

        if (start < text.Length)
        {
            sections.Add(new(start, text.Length, null));
        }

        return sections;
    }

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

    private (AddedToken Token, int Start, int End)? Find(ReadOnlySpan<char> text, int from)
    {
        while (true)
        {
            var offset = text[from..].IndexOfAny(_first);
            if (offset < 0)
            {
                return null;
            }

            var start = from + offset;
            AddedToken? longest = null;
            var end = start;
            var node = 0;
            for (var index = start; index < text.Length && _children.TryGetValue((node, text[index]), out node); index++)
            {
                if (_nodes[node] is { } token)
                {
                    (longest, end) = (token, index + 1);
                }
            }

            if (longest is not null)
            {
                return (longest, start, end);
            }

            from = start + 1;
        }
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end) =>
        (start > 0 && CodePoint.IsWord(CodePoint.Read(text, CodePoint.StepBack(text, start), out _)))
        || (end < text.Length && CodePoint.IsWord(CodePoint.Read(text, end, out _)));

    private static (int Left, int Right) Widen(ReadOnlySpan<char> text, AddedToken token, int lowest, int left, int right)
    {
        while (token.StripsLeft && left > lowest && char.IsWhiteSpace(text[left - 1]))
        {
            left--;
        }

        left = token.StripsLeft ? Math.Max(left, lowest) : left;

        while (token.StripsRight && right < text.Length && char.IsWhiteSpace(text[right]))
        {
            right++;
        }

        return (left, right);
    }
}
