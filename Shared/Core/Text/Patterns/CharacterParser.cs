namespace Rill.Text.Patterns;

/// <summary>Parses what stands for one code point: a literal, an escape, or a class in brackets.</summary>
internal sealed class CharacterParser(PatternReader reader)
{
    /// <summary>True inside (?i: ...).</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>Parses one literal, escape, dot or class.</summary>
    public CodePointSet Parse()
    {
        if (reader.Accept('.'))
        {
            return new(codePoint => codePoint != '\n');
        }

        if (reader.Accept('['))
        {
            return new(ParseClass());
        }

        return new(ParseMember(out var literal) ?? Literal(literal));
    }

    /// <summary>Parses a class after its opening bracket: ranges, escapes, nested classes, negation and intersection (&amp;&amp;).</summary>
    private Func<int, bool> ParseClass()
    {
        reader.Enter();
        var isNegated = reader.Accept('^');
        var result = ParseUnion(mayStartWithBracket: true);
        while (reader.Accept('&'))
        {
            reader.Expect('&');
            var (left, right) = (result, ParseUnion(mayStartWithBracket: false));
            result = codePoint => left(codePoint) && right(codePoint);
        }

        reader.Expect(']');
        reader.Leave();
        var members = result;
        return isNegated ? codePoint => !members(codePoint) : members;
    }

    private Func<int, bool> ParseUnion(bool mayStartWithBracket)
    {
        var members = new List<Func<int, bool>>();
        while (reader.Current != ']' || (mayStartWithBracket && members.Count == 0))
        {
            if (reader.Current == '&' && reader.Next == '&')
            {
                break;
            }

            members.Add(ParseClassMember());
        }

        return members.Count == 1 ? members[0] : codePoint => members.Exists(member => member(codePoint));
    }

    private Func<int, bool> ParseClassMember()
    {
        if (reader.Current == '[' && reader.Next == ':')
        {
            throw reader.Error("POSIX classes such as [:alpha:] are not supported");
        }

        if (reader.Accept('['))
        {
            return ParseClass();
        }

        if (ParseMember(out var first) is { } set)
        {
            return set;
        }

        if (reader.Current != '-' || reader.Next == ']')
        {
            return Literal(first);
        }

        reader.Expect('-');
        if (ParseMember(out var last) is not null || last < first)
        {
            throw reader.Error("a range in a class has no valid end");
        }

        return Range(first, last);
    }

    private Func<int, bool> Range(int first, int last) => IgnoreCase
        ? codePoint => CaseFolding.Variants(codePoint).Any(variant => variant >= first && variant <= last)
        : codePoint => codePoint >= first && codePoint <= last;

    private Func<int, bool> Literal(int literal)
    {
        if (!IgnoreCase)
        {
            return codePoint => codePoint == literal;
        }

        var variants = CaseFolding.Variants(literal).ToArray();
        return codePoint => Array.IndexOf(variants, codePoint) >= 0;
    }

    /// <summary>Parses an escape or a plain character: a set, or null and the literal it stands for.</summary>
    private Func<int, bool>? ParseMember(out int literal)
    {
        literal = -1;
        if (!reader.Accept('\\'))
        {
            literal = reader.ReadCodePoint();
            return null;
        }

        var letter = reader.ReadUnit();
        if (ClassEscape(letter) is { } set)
        {
            return set;
        }

        literal = LiteralEscape(letter);
        return null;
    }

    private Func<int, bool>? ClassEscape(char letter) => letter switch
    {
        's' => CodePoint.IsWhiteSpace,
        'S' => codePoint => !CodePoint.IsWhiteSpace(codePoint),
        'd' => UnicodeProperty.Find("Nd"),
        'D' => Not(UnicodeProperty.Find("Nd")!),
        'w' => IsWord,
        'W' => Not(IsWord),
        'p' => ParseProperty(isNegated: false),
        'P' => ParseProperty(isNegated: true),
        _ => null,
    };

    private Func<int, bool> ParseProperty(bool isNegated)
    {
        var name = reader.Accept('{') ? reader.ReadUntil('}') : reader.ReadUnit().ToString();
        if (name.StartsWith('^'))
        {
            isNegated = !isNegated;
            name = name[1..];
        }

        var property = UnicodeProperty.Find(name) ?? throw reader.Error($"the Unicode property '{name}' is not supported");
        return isNegated ? Not(property) : property;
    }

    private int LiteralEscape(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        'u' => reader.ReadHex(4),
        'x' => reader.Accept('{') ? reader.ParseHex(reader.ReadUntil('}')) : reader.ReadHex(2),
        _ when char.IsAsciiLetterOrDigit(letter) => throw reader.Error($@"the escape \{letter} is not supported"),
        _ => letter,
    };

    /// <summary>Oniguruma's \w is Unicode's without the joiners, and with Latin-1's superscript digits and fractions.</summary>
    private static bool IsWord(int codePoint) =>
        codePoint is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || (codePoint is not (0x200C or 0x200D) && CodePoint.IsWord(codePoint));

    private static Func<int, bool> Not(Func<int, bool> test) => codePoint => !test(codePoint);
}
