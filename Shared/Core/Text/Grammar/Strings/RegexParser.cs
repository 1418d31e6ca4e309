using System.Globalization;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>
/// Parses a regular expression as JSON Schema means it: ECMA-262 with the flag u, without what no finite automaton can do. Greedy or lazy
/// makes no difference for what a text is.
/// </summary>
internal sealed class RegexParser
{
    private const int LongestSource = 10_000;
    private const int LargestCount = 10_000;

    private readonly PatternReader _reader;
    private readonly RegexClassParser _classes;

    private RegexParser(string source)
    {
        _reader = new(source);
        _classes = new(_reader);
    }

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="PatternSyntaxException">It is broken, or has a construct that is not supported.</exception>
    public static RegexNode Parse(string source)
    {
        if (source.Length > LongestSource)
        {
            throw new PatternSyntaxException($"it has more than {LongestSource} characters");
        }

        var parser = new RegexParser(source);
        var node = parser.ParseChoice();
        return parser._reader.AtEnd ? node : throw parser._reader.Error("a ')' has no '('");
    }

    /// <summary>An expression that matches a text as it is.</summary>
    public static string Escape(string text) => string.Concat(text.Select(unit => @"\^$.|?*+()[]{}/".Contains(unit, StringComparison.Ordinal) ? $@"\{unit}" : unit.ToString()));

    private RegexNode ParseChoice()
    {
        var choices = new List<RegexNode> { ParseSequence() };
        while (_reader.Accept('|'))
        {
            choices.Add(ParseSequence());
        }

        return choices.Count == 1 ? choices[0] : new RegexChoice(choices);
    }

    private RegexSequence ParseSequence()
    {
        var parts = new List<RegexNode>();
        while (!_reader.AtEnd && _reader.Current is not ('|' or ')'))
        {
            parts.Add(ParseRepeat());
        }

        return new(parts);
    }

    private RegexNode ParseRepeat()
    {
        var node = ParseAtom();
        if (ParseCounts() is not var (least, most))
        {
            return node;
        }

        _reader.Accept('?');
        return ParseCounts() is null ? new RegexRepeat(node, least, most) : throw _reader.Error("a repetition has nothing to repeat");
    }

    private (int Least, int Most)? ParseCounts()
    {
        if (_reader.Accept('?'))
        {
            return (0, 1);
        }

        if (_reader.Accept('*'))
        {
            return (0, int.MaxValue);
        }

        if (_reader.Accept('+'))
        {
            return (1, int.MaxValue);
        }

        if (_reader.AtEnd || _reader.Current != '{' || !char.IsAsciiDigit(_reader.Next))
        {
            return null;
        }

        _reader.Expect('{');
        return ParseBraces(_reader.ReadUntil('}'));
    }

    private (int Least, int Most) ParseBraces(string text)
    {
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var least = ParseCount(comma < 0 ? text : text[..comma]);
        var most = comma < 0 ? least : comma + 1 == text.Length ? int.MaxValue : ParseCount(text[(comma + 1)..]);
        return least <= most ? (least, most) : throw _reader.Error($"the repetition {{{text}}} has its bounds in the wrong order");
    }

    private int ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= LargestCount
            ? count
            : throw _reader.Error($"'{text}' is not a number of repetitions up to {LargestCount}");

    private RegexNode ParseAtom()
    {
        if (_reader.Accept('('))
        {
            return ParseGroup();
        }

        return _reader.Current switch
        {
            '^' or '$' => new RegexAnchor(IsStart: _reader.ReadUnit() == '^'),
            '*' or '+' or '?' => throw _reader.Error("a repetition has nothing to repeat"),
            _ => new RegexSet(_classes.Parse()),
        };
    }

    private RegexNode ParseGroup()
    {
        _reader.Enter();
        if (_reader.Accept('?'))
        {
            ParseGroupKind();
        }

        var body = ParseChoice();
        _reader.Expect(')');
        _reader.Leave();
        return body;
    }

    private void ParseGroupKind()
    {
        if (_reader.Accept(':'))
        {
            return;
        }

        if (_reader.Current != '<' || _reader.Next is '=' or '!')
        {
            throw _reader.Error("lookahead, lookbehind and flags are not supported");
        }

        _reader.ReadUntil('>');
    }
}
