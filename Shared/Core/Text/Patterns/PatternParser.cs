using System.Globalization;

namespace Rill.Text.Patterns;

/// <summary>
/// Parses the part of Oniguruma's syntax that tokenizer files use: alternation, groups, (?i: ...), lookahead, classes, escapes, anchors
/// and the three kinds of repetition. What it does not know it refuses, and what is longer or nested more deeply than any known pattern.
/// </summary>
internal sealed class PatternParser
{
    private const int LongestSource = 10_000;

    // Of repetitions, one upon the other: {2}{3}{4}.
    private const int MostRepetitions = 10;

    private readonly PatternReader _reader;
    private readonly CharacterParser _characters;

    private PatternParser(string source)
    {
        _reader = new(source);
        _characters = new(_reader);
    }

    /// <summary>Parses a whole expression.</summary>
    public static PatternNode Parse(string source)
    {
        if (source.Length > LongestSource)
        {
            throw new PatternSyntaxException($"a regular expression is too large: it has more than {LongestSource} characters");
        }

        var parser = new PatternParser(source);
        var node = parser.ParseAlternation();
        return parser._reader.AtEnd ? node : throw parser._reader.Error("a ')' has no '('");
    }

    private PatternNode ParseAlternation()
    {
        var choices = new List<PatternNode> { ParseSequence() };
        while (_reader.Accept('|'))
        {
            choices.Add(ParseSequence());
        }

        return choices.Count == 1 ? choices[0] : new AlternationNode(choices);
    }

    private SequenceNode ParseSequence()
    {
        var parts = new List<PatternNode>();
        while (!_reader.AtEnd && _reader.Current is not ('|' or ')'))
        {
            parts.Add(ParseRepetition());
        }

        return new(parts);
    }

    private PatternNode ParseRepetition()
    {
        var node = ParseAtom();
        for (var repetitions = 0; ParseBounds() is var (minimum, maximum); repetitions++)
        {
            if (repetitions == MostRepetitions)
            {
                throw _reader.Error($"more than {MostRepetitions} repetitions follow one another");
            }

            var mode = _reader.Accept('?') ? RepeatMode.Lazy : _reader.Accept('+') ? RepeatMode.Possessive : RepeatMode.Greedy;
            if (mode == RepeatMode.Possessive && node is not SetNode)
            {
                throw _reader.Error("possessive repetition of a group is not supported");
            }

            if (maximum == int.MaxValue && node.MatchesEmpty)
            {
                throw _reader.Error("a repeated group may match nothing");
            }

            node = new RepeatNode(node, minimum, maximum, mode);
        }

        return node;
    }

    private (int Minimum, int Maximum)? ParseBounds()
    {
        if (_reader.AtEnd)
        {
            return null;
        }

        switch (_reader.Current)
        {
            case '?':
                _reader.ReadUnit();
                return (0, 1);
            case '*':
                _reader.ReadUnit();
                return (0, int.MaxValue);
            case '+':
                _reader.ReadUnit();
                return (1, int.MaxValue);
            case '{':
                _reader.ReadUnit();
                return ParseCounts(_reader.ReadUntil('}'));
            default:
                return null;
        }
    }

    private (int Minimum, int Maximum) ParseCounts(string text)
    {
        const int LargestCount = 1000;
        var comma = text.IndexOf(',', StringComparison.Ordinal);
        var low = comma < 0 ? text : text[..comma];
        var high = comma < 0 ? text : text[(comma + 1)..];
        var minimum = low.Length == 0 ? 0 : ParseCount(low);
        var maximum = high.Length == 0 ? int.MaxValue : ParseCount(high);
        return minimum <= maximum && minimum <= LargestCount && maximum is <= LargestCount or int.MaxValue
            ? (minimum, maximum)
            : throw _reader.Error($"the repetition {{{text}}} is not supported");
    }

    private int ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw _reader.Error($"'{text}' is not a number of repetitions");

    private PatternNode ParseAtom()
    {
        if (_reader.Accept('('))
        {
            return ParseGroup();
        }

        if (_reader.Current is '^' or '$')
        {
            return new AnchorNode(IsStart: _reader.ReadUnit() == '^');
        }

        return _reader.Current is '*' or '+' or '?'
            ? throw _reader.Error("a repetition has nothing to repeat")
            : new SetNode(_characters.Parse());
    }

    private PatternNode ParseGroup()
    {
        _reader.Enter();
        var ignoreCase = _characters.IgnoreCase;
        var look = _reader.Accept('?') ? ParseGroupKind() : null;
        var body = ParseAlternation();
        _reader.Expect(')');
        _reader.Leave();
        _characters.IgnoreCase = ignoreCase;
        return look is { } isNegative ? new LookaheadNode(body, isNegative) : body;
    }

    /// <summary>Reads what follows "(?": true or false for a lookahead (negative or not), null for a plain group.</summary>
    private bool? ParseGroupKind()
    {
        switch (_reader.ReadUnit())
        {
            case ':':
                return null;
            case '=':
                return false;
            case '!':
                return true;
            case 'i':
                _reader.Expect(':');
                _characters.IgnoreCase = true;
                return null;
            case '-' when _reader.Accept('i'):
                _reader.Expect(':');
                _characters.IgnoreCase = false;
                return null;
            default:
                throw _reader.Error("this kind of group is not supported");
        }
    }
}
