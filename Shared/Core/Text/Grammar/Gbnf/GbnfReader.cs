using System.Globalization;
using System.Text;

namespace Rill.Text.Grammar.Gbnf;

/// <summary>A cursor over a grammar's text.</summary>
internal sealed class GbnfReader(string source)
{
    private const int DeepestNesting = 100;

    private int _position;
    private int _depth;

    /// <summary>True behind the last character.</summary>
    public bool AtEnd => _position >= source.Length;

    /// <summary>The next character; NUL at the end.</summary>
    public char Current => AtEnd ? '\0' : source[_position];

    /// <summary>The line, from 1.</summary>
    public int Line => source.AsSpan(0, _position).Count('\n') + 1;

    /// <summary>True when a text comes next.</summary>
    public bool IsAt(string text) => source.AsSpan(_position).StartsWith(text, StringComparison.Ordinal);

    /// <summary>Skips white space, line ends and comments.</summary>
    public void SkipBlanks()
    {
        while (!AtEnd && (Current == '#' || char.IsWhiteSpace(Current)))
        {
            if (Current != '#')
            {
                _position++;
            }
            else if (source.IndexOf('\n', _position) is var end)
            {
                _position = end < 0 ? source.Length : end;
            }
        }
    }

    /// <summary>Reads a text if it comes next.</summary>
    public bool Accept(string text)
    {
        if (!IsAt(text))
        {
            return false;
        }

        _position += text.Length;
        return true;
    }

    /// <summary>Reads a text that must come next.</summary>
    public void Expect(string text)
    {
        if (!Accept(text))
        {
            throw Error($"'{text}' is missing");
        }
    }

    /// <summary>Goes into parentheses, of which only so many may lie in one another.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw Error($"more than {DeepestNesting} parentheses lie in one another");
        }
    }

    /// <summary>Leaves what was entered last.</summary>
    public void Leave() => _depth--;

    /// <summary>Reads the name of a rule: letters, digits, hyphens and underscores; empty where none stands.</summary>
    public string ReadName()
    {
        var start = _position;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '-' or '_')
        {
            _position++;
        }

        return source[start.._position];
    }

    /// <summary>True when a name comes next and is defined there: the rule before has ended.</summary>
    public bool IsAtDefinition()
    {
        var start = _position;
        var isName = ReadName().Length > 0;
        SkipBlanks();
        var isDefinition = isName && IsAt("::=");
        _position = start;
        return isDefinition;
    }

    /// <summary>Reads a number of repetitions.</summary>
    public int ReadCount(int most)
    {
        var start = _position;
        while (char.IsAsciiDigit(Current))
        {
            _position++;
        }

        return int.TryParse(source.AsSpan(start, _position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= most
            ? count
            : throw Error($"a number of repetitions from 0 to {most} is missing");
    }

    /// <summary>Reads a character of a literal or of a class: itself, or an escape.</summary>
    public int ReadCharacter()
    {
        if (AtEnd)
        {
            throw Error("a literal or class has no end");
        }

        if (Accept("\\"))
        {
            return ReadEscape();
        }

        return Rune.TryGetRuneAt(source, _position, out var rune) ? Take(rune.Utf16SequenceLength, rune.Value) : throw Error("half of a surrogate pair stands alone");
    }

    /// <summary>What is wrong here.</summary>
    public GbnfException Error(string problem) => new($"line {Line}: {problem}");

    private int Take(int units, int value)
    {
        _position += units;
        return value;
    }

    private int ReadEscape() => Take(1, Current) switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'x' => ReadHex(2),
        'u' => ReadHex(4),
        'U' => ReadHex(8),
        var other and ('"' or '\\' or '[' or ']' or '-' or '^' or '/' or '\'') => other,
        _ => throw Error("an escape is not known; there are \\n \\r \\t \\\" \\\\ \\[ \\] \\- \\^ \\xHH \\uHHHH \\UHHHHHHHH"),
    };

    private int ReadHex(int digits)
    {
        var text = source.AsSpan(_position, Math.Min(digits, source.Length - _position));
        return text.Length == digits && int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.IsValid(value)
            ? Take(digits, value)
            : throw Error($"an escape needs {digits} hexadecimal digits of a Unicode character");
    }
}
