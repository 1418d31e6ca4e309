using System.Globalization;
using System.Text;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>
/// Reads a Python literal (numbers, strings, True, False, None, lists, tuples, dictionaries with string keys) and spells it as JSON. JSON's
/// own words are taken too.
/// </summary>
internal sealed class PythonLiteral
{
    private const int Deepest = 64;

    private readonly string _text;
    private readonly StringBuilder _json = new();
    private int _position;

    private PythonLiteral(string text) => _text = text;

    /// <summary>The JSON text; null where the text is no literal.</summary>
    public static string? ToJson(string text)
    {
        var literal = new PythonLiteral(text);
        return literal.Value(0) && literal.SkipSpace() == '\0' && literal._position == text.Length ? literal._json.ToString() : null;
    }

    private bool Value(int depth)
    {
        if (depth > Deepest)
        {
            return false;
        }

        switch (SkipSpace())
        {
            case '{':
                return Items('}', "{", "}", () => Text() && SkipSpace() == ':' && Write(": ") && Value(depth + 1));
            case '[':
                return Items(']', "[", "]", () => Value(depth + 1));
            case '(':
                return Items(')', "[", "]", () => Value(depth + 1));
            case '"' or '\'':
                return Text();
            default:
                return Word();
        }
    }

    /// <summary>Takes the next character and writes something for it.</summary>
    private bool Write(string json)
    {
        _position++;
        _json.Append(json);
        return true;
    }

    private bool Items(char close, string before, string after, Func<bool> item)
    {
        Write(before);
        for (var isFirst = true; SkipSpace() != close; isFirst = false)
        {
            if (!isFirst && (SkipSpace() != ',' || !NextItem(close)))
            {
                return SkipSpace() == close && Write(after);
            }

            if (!item())
            {
                return false;
            }
        }

        return Write(after);
    }

    /// <summary>Takes a comma; false when nothing follows it.</summary>
    private bool NextItem(char close)
    {
        _position++;
        if (SkipSpace() == close)
        {
            return false;
        }

        _json.Append(", ");
        return true;
    }

    private bool Text()
    {
        var quote = SkipSpace();
        if (quote is not ('"' or '\''))
        {
            return false;
        }

        var text = new StringBuilder();
        for (_position++; _position < _text.Length && _text[_position] != quote; _position++)
        {
            text.Append(_text[_position] == '\\' ? Escape() : _text[_position].ToString());
        }

        _json.Append(JsonSpelling.Quote(text.ToString()));
        return _position++ < _text.Length;
    }

    private string Escape()
    {
        if (_position + 1 >= _text.Length)
        {
            return "\\";
        }

        var kind = _text[++_position];
        var digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && _position + digits < _text.Length
            && int.TryParse(_text.AsSpan(_position + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _position += digits;
            return Rune.IsValid(code) ? new Rune(code).ToString() : char.IsSurrogate((char)code) && digits == 4 ? ((char)code).ToString() : "\uFFFD";
        }

        return kind switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'b' => "\b",
            'f' => "\f",
            '\n' => "",
            '\\' or '\'' or '"' => kind.ToString(),
            _ => "\\" + kind,
        };
    }

    private bool Word()
    {
        var start = _position;
        while (_position < _text.Length && (char.IsLetterOrDigit(_text[_position]) || _text[_position] is '+' or '-' or '.' or '_'))
        {
            _position++;
        }

        var word = _text[start.._position];
        var json = word switch
        {
            "True" or "true" => "true",
            "False" or "false" => "false",
            "None" or "null" => "null",
            _ => Number(word),
        };
        _json.Append(json);
        return json is not null;
    }

    private static string? Number(string word)
    {
        var plain = word.Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        plain = plain.StartsWith('.') ? "0" + plain : plain.StartsWith("-.", StringComparison.Ordinal) ? "-0" + plain[1..] : plain;
        plain = plain.EndsWith('.') ? plain + "0" : plain;
        return JsonSpelling.KindOf(plain) == System.Text.Json.JsonValueKind.Number ? plain : null;
    }

    /// <summary>The next character that is no white space; '\0' at the end.</summary>
    private char SkipSpace()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
        {
            _position++;
        }

        return _position < _text.Length ? _text[_position] : '\0';
    }
}
