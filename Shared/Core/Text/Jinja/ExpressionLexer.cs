using System.Globalization;
using System.Text;

namespace Rill.Text.Jinja;

/// <summary>Cuts the inside of a tag into names, numbers, strings and operators.</summary>
internal sealed class ExpressionLexer(string source, int start, TemplateErrors errors, Func<int, int> lineAt)
{
    private static readonly string[] s_operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
        ";",
    ];

    private readonly Stack<char> _open = new();
    private int _position = start;

    /// <summary>Reads tokens up to the tag's end and returns where that begins (at its sign, when it has one).</summary>
    public int ReadUntil(string end, List<Token> tokens)
    {
        while (true)
        {
            while (_position < source.Length && char.IsWhiteSpace(source[_position]))
            {
                _position++;
            }

            if (_position >= source.Length)
            {
                throw errors.Syntax($"'{end}' is missing", LineAtEnd);
            }

            if (_open.Count == 0 && IsEnd(end))
            {
                return _position;
            }

            var line = lineAt(_position);
            var (kind, text) = ReadToken();
            tokens.Add(new(kind, text, line));
        }
    }

    private int LineAtEnd => lineAt(source.Length);

    private bool IsEnd(string end)
    {
        var rest = source.AsSpan(_position);
        return rest.StartsWith(end) || (rest[0] is '-' or '+' && rest[1..].StartsWith(end) && (rest[0] == '-' || end == "%}"));
    }

    private (TokenKind Kind, string Text) ReadToken()
    {
        var first = source[_position];
        if (first is '"' or '\'')
        {
            return (TokenKind.String, ReadString(first));
        }

        if (char.IsAsciiDigit(first))
        {
            return ReadNumber();
        }

        return char.IsLetter(first) || first == '_' ? (TokenKind.Name, ReadWhile(IsNamePart)) : (TokenKind.Operator, ReadOperator());
    }

    private static bool IsNamePart(char character) => char.IsLetterOrDigit(character) || character == '_';

    private string ReadWhile(Func<char, bool> belongs)
    {
        var from = _position;
        while (_position < source.Length && belongs(source[_position]))
        {
            _position++;
        }

        return source[from.._position];
    }

    private (TokenKind Kind, string Text) ReadNumber()
    {
        var from = _position;
        if (source[from] == '0' && from + 1 < source.Length && char.ToLowerInvariant(source[from + 1]) is 'x' or 'o' or 'b')
        {
            _position += 2;
            ReadWhile(char.IsAsciiLetterOrDigit);
            return (TokenKind.Integer, source[from.._position].Replace("_", "", StringComparison.Ordinal));
        }

        ReadWhile(IsDigit);
        var isFloat = false;
        if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
        {
            _position++;
            ReadWhile(IsDigit);
            isFloat = true;
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            _position += 2;
            ReadWhile(IsDigit);
            isFloat = true;
        }

        return (isFloat ? TokenKind.Float : TokenKind.Integer, source[from.._position].Replace("_", "", StringComparison.Ordinal));
    }

    private static bool IsDigit(char character) => char.IsAsciiDigit(character) || character == '_';

    private char Peek(int offset) => _position + offset < source.Length ? source[_position + offset] : '\0';

    private string ReadOperator()
    {
        var rest = _position;
        var text = Array.Find(s_operators, candidate => string.CompareOrdinal(source, rest, candidate, 0, candidate.Length) == 0)
            ?? throw errors.Syntax($"unexpected '{source[_position]}'", lineAt(_position));
        _position += text.Length;
        switch (text[0])
        {
            case '(' or '[' or '{':
                _open.Push(text[0]);
                break;
            case ')' or ']' or '}':
                if (!_open.TryPop(out var open) || (open, text[0]) is not (('(', ')') or ('[', ']') or ('{', '}')))
                {
                    throw errors.Syntax($"unexpected '{text}'", lineAt(_position));
                }

                break;
        }

        return text;
    }

    private string ReadString(char quote)
    {
        var result = new StringBuilder();
        for (_position++; Peek(0) != quote; _position++)
        {
            if (_position >= source.Length)
            {
                throw errors.Syntax("a string is not closed", LineAtEnd);
            }

            if (source[_position] == '\\')
            {
                _position++;
                AppendEscape(result);
            }
            else
            {
                result.Append(source[_position]);
            }
        }

        _position++;
        return result.ToString();
    }

    /// <summary>Appends what a backslash and the characters at the position stand for, and moves to the last of them.</summary>
    private void AppendEscape(StringBuilder result)
    {
        switch (Peek(0))
        {
            case '\n':
                break;
            case 'x':
                AppendHex(result, 2);
                break;
            case 'u':
                AppendHex(result, 4);
                break;
            case 'U':
                AppendHex(result, 8);
                break;
            case >= '0' and <= '7':
                AppendOctal(result);
                break;
            case var letter when SimpleEscape(letter) is { } character:
                result.Append(character);
                break;
            case 'N':
                throw errors.Unsupported(@"the escape \N", lineAt(_position));
            case var other:
                result.Append('\\').Append(other);
                break;
        }
    }

    private static char? SimpleEscape(char letter) => letter switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '\\' or '\'' or '"' => letter,
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'v' => '\v',
        _ => null,
    };

    private void AppendHex(StringBuilder result, int digits)
    {
        var end = Math.Min(source.Length, _position + 1 + digits);
        var text = source[(_position + 1)..end];
        if (text.Length < digits
            || !int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || (digits == 8 && !Rune.IsValid(value)))
        {
            throw errors.Syntax("a string has a broken escape", lineAt(_position));
        }

        result.Append(digits == 8 ? new Rune(value).ToString() : ((char)value).ToString());
        _position += digits;
    }

    private void AppendOctal(StringBuilder result)
    {
        var value = 0;
        var count = 0;
        while (count < 3 && Peek(count) is >= '0' and <= '7')
        {
            value = value * 8 + Peek(count++) - '0';
        }

        result.Append((char)value);
        _position += count - 1;
    }
}
