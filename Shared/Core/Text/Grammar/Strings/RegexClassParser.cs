using System.Collections.Concurrent;
using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>Parses what stands for one code point in a regular expression: a character, an escape, a class in brackets.</summary>
internal sealed class RegexClassParser(PatternReader reader)
{
    private static readonly CodePointRanges s_digits = CodePointRanges.Of(('0', '9'));
    private static readonly CodePointRanges s_word = CodePointRanges.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CodePointRanges s_space = CodePointRanges.Of(
        ('\t', '\r'), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F),
        (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    private static readonly CodePointRanges s_lineEnds = CodePointRanges.Of(('\n', '\n'), ('\r', '\r'), (0x2028, 0x2029));
    private static readonly ConcurrentDictionary<string, CodePointRanges> s_properties = [];

    /// <summary>Parses one of them.</summary>
    public CodePointRanges Parse()
    {
        if (reader.Accept('.'))
        {
            return s_lineEnds.Complement();
        }

        return reader.Accept('[') ? ParseBrackets() : ParseMember(inBrackets: false);
    }

    private CodePointRanges ParseBrackets()
    {
        var isNegated = reader.Accept('^');
        var members = new List<(int First, int Last)>();
        while (!reader.Accept(']'))
        {
            var first = ParseMember(inBrackets: true);
            members.AddRange(reader.Current == '-' && reader.Next != ']' ? [ParseRange(first)] : first.Ranges);
        }

        var set = CodePointRanges.Of(members);
        return isNegated ? set.Complement() : set;
    }

    private (int First, int Last) ParseRange(CodePointRanges first)
    {
        reader.Expect('-');
        var last = ParseMember(inBrackets: true);
        return (first.Ranges, last.Ranges) is ([var (low, lowEnd)], [var (high, highEnd)]) && low == lowEnd && high == highEnd && low <= high
            ? (low, high)
            : throw reader.Error("a range in a class has no valid end");
    }

    private CodePointRanges ParseMember(bool inBrackets)
    {
        if (!reader.Accept('\\'))
        {
            return One(reader.ReadCodePoint());
        }

        var letter = reader.ReadUnit();
        return letter switch
        {
            'd' => s_digits,
            'D' => s_digits.Complement(),
            'w' => s_word,
            'W' => s_word.Complement(),
            's' => s_space,
            'S' => s_space.Complement(),
            'p' => ParseProperty(),
            'P' => ParseProperty().Complement(),
            'b' when inBrackets => One('\b'),
            _ => One(ParseEscape(letter)),
        };
    }

    private CodePointRanges ParseProperty()
    {
        reader.Expect('{');
        var name = reader.ReadUntil('}');
        return s_properties.TryGetValue(name, out var known) ? known
            : UnicodeProperty.Find(name) is { } test ? s_properties.GetOrAdd(name, CodePointRanges.Where(test))
            : throw reader.Error($"the Unicode property '{name}' is not supported");
    }

    private int ParseEscape(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        '0' when reader.AtEnd || !char.IsAsciiDigit(reader.Current) => 0,
        'c' when char.IsAsciiLetter(reader.Current) => reader.ReadUnit() % 32,
        'x' => reader.ReadHex(2),
        'u' when reader.Accept('{') => reader.ParseHex(reader.ReadUntil('}')),
        'u' => ParseUnits(),
        _ when char.IsAsciiLetterOrDigit(letter) => throw reader.Error($@"the escape \{letter} is not supported"),
        _ => letter,
    };

    /// <summary>A code point written as one UTF-16 unit or as a pair.</summary>
    private int ParseUnits()
    {
        var unit = reader.ReadHex(4);
        if (!char.IsHighSurrogate((char)unit) || reader.AtEnd || reader.Current != '\\' || reader.Next != 'u')
        {
            return unit;
        }

        reader.Expect('\\');
        reader.Expect('u');
        var low = reader.ReadHex(4);
        return char.IsLowSurrogate((char)low) ? char.ConvertToUtf32((char)unit, (char)low) : throw reader.Error("a surrogate stands alone");
    }

    private static CodePointRanges One(int codePoint) => CodePointRanges.Of((codePoint, codePoint));
}
