using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>
/// Parses a grammar in GBNF, the form of llama.cpp and xgrammar: rules <c>name ::= ...</c> of "literals", [classes], names, (groups),
/// alternatives with | and the repetitions * + ? {m} {m,} {m,n}. A rule ends where the next one begins, whatever the lines.
/// </summary>
internal sealed class GbnfParser
{
    private const int LargestCount = 10_000;

    // What follows goes through rules one by another, and through repetitions of repetitions one in another.
    private const int MostRules = 2_000;
    private const int MostRepetitions = 5;

    private readonly GbnfReader _reader;
    private readonly Dictionary<string, RegexNode> _rules = [];

    private GbnfParser(string source) => _reader = new(source);

    /// <summary>The rules of a grammar by name.</summary>
    /// <exception cref="GbnfException">It is broken.</exception>
    public static IReadOnlyDictionary<string, RegexNode> Parse(string source)
    {
        if (!source.Contains("::=", StringComparison.Ordinal))
        {
            throw new GbnfException("it has no rule of the form name ::= ...; Lark is not supported, write it in GBNF");
        }

        var parser = new GbnfParser(source);
        parser.ParseRules();
        return parser._rules;
    }

    private void ParseRules()
    {
        _reader.SkipBlanks();
        while (!_reader.AtEnd)
        {
            if (!_reader.IsAtDefinition())
            {
                throw _reader.Error("a rule name ::= ... should begin here");
            }

            var name = _reader.ReadName();
            _reader.SkipBlanks();
            _reader.Expect("::=");
            if (_rules.ContainsKey(name))
            {
                throw _reader.Error($"the rule '{name}' is defined twice");
            }

            if (_rules.Count == MostRules)
            {
                throw _reader.Error($"there are more than {MostRules} rules");
            }

            _rules.Add(name, ParseChoice());
        }
    }

    private RegexNode ParseChoice()
    {
        var choices = new List<RegexNode>();
        do
        {
            choices.Add(ParseSequence());
        }
        while (_reader.Accept("|"));
        return choices is [var only] ? only : new RegexChoice(choices);
    }

    private RegexSequence ParseSequence()
    {
        var parts = new List<RegexNode>();
        _reader.SkipBlanks();
        while (!_reader.AtEnd && _reader.Current is not ('|' or ')') && !_reader.IsAtDefinition())
        {
            parts.Add(ParseRepeat(ParseAtom()));
        }

        return new(parts);
    }

    /// <summary>Reads the repetitions behind a node, each of which repeats all before it.</summary>
    private RegexNode ParseRepeat(RegexNode node)
    {
        for (var count = 0; count <= MostRepetitions; count++)
        {
            _reader.SkipBlanks();
            if (ParseCounts() is not var (least, most))
            {
                return node;
            }

            node = new RegexRepeat(node, least, most);
        }

        throw _reader.Error($"more than {MostRepetitions} repetitions stand behind one another");
    }

    private (int Least, int Most)? ParseCounts() =>
        _reader.Accept("*") ? (0, int.MaxValue)
        : _reader.Accept("+") ? (1, int.MaxValue)
        : _reader.Accept("?") ? (0, 1)
        : _reader.Accept("{") ? ParseBraces()
        : null;

    private (int Least, int Most) ParseBraces()
    {
        _reader.SkipBlanks();
        var least = _reader.Current == ',' ? 0 : _reader.ReadCount(LargestCount);
        _reader.SkipBlanks();
        var most = least;
        if (_reader.Accept(","))
        {
            _reader.SkipBlanks();
            most = _reader.Current == '}' ? int.MaxValue : _reader.ReadCount(LargestCount);
            _reader.SkipBlanks();
        }

        _reader.Expect("}");
        return least <= most ? (least, most) : throw _reader.Error("a repetition has its bounds in the wrong order");
    }

    private RegexNode ParseAtom()
    {
        if (_reader.Accept("\""))
        {
            return ParseLiteral();
        }

        if (_reader.Accept("["))
        {
            return new RegexSet(ParseClass());
        }

        if (_reader.Accept("."))
        {
            return new RegexSet(CodePointRanges.All);
        }

        if (_reader.Accept("("))
        {
            return ParseGroup();
        }

        var line = _reader.Line;
        return _reader.ReadName() is { Length: > 0 } name ? new GbnfReference(name, line)
            : _reader.Current is '<' or '!' ? throw _reader.Error("tokens (<...>) are not supported; write the text")
            : throw _reader.Error($"'{_reader.Current}' is not expected here");
    }

    private RegexSequence ParseLiteral()
    {
        var sets = new List<RegexNode>();
        while (!_reader.Accept("\""))
        {
            var character = _reader.ReadCharacter();
            sets.Add(new RegexSet(CodePointRanges.Of((character, character))));
        }

        return new(sets);
    }

    private CodePointRanges ParseClass()
    {
        var isNegated = _reader.Accept("^");
        var members = new List<(int First, int Last)>();
        while (!_reader.Accept("]"))
        {
            var first = _reader.ReadCharacter();
            var last = _reader.IsAt("-") && !_reader.IsAt("-]") ? ReadRangeEnd(first) : first;
            members.Add((first, last));
        }

        var set = CodePointRanges.Of(members);
        set = isNegated ? set.Complement() : set;
        return set.Ranges.Count > 0 ? set : throw _reader.Error("a class has no characters");
    }

    private int ReadRangeEnd(int first)
    {
        _reader.Expect("-");
        var last = _reader.ReadCharacter();
        return first <= last ? last : throw _reader.Error("a range in a class has its ends in the wrong order");
    }

    private RegexNode ParseGroup()
    {
        _reader.Enter();
        var body = ParseChoice();
        _reader.Expect(")");
        _reader.Leave();
        return body;
    }
}
