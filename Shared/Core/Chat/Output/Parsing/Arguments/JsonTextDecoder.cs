using System.Globalization;

namespace Rill.Chat.Output.Parsing.Arguments;

/// <summary>Reads a JSON string's characters as they come. Half of a character that its other half does not follow becomes U+FFFD.</summary>
internal sealed class JsonTextDecoder
{
    private const char Replacement = '�';

    private string _escape = "";    // from the backslash on
    private char _high;             // half of a character, of an escape

    /// <summary>Begins anew, behind the opening quote.</summary>
    public void Reset() => (_escape, _high) = ("", '\0');

    /// <summary>Takes a character between the quotes, and gives what it completes.</summary>
    public string Take(char character)
    {
        if (_escape.Length == 0)
        {
            if (character == '\\')
            {
                _escape = "\\";
                return "";
            }

            return Flush() + character;
        }

        _escape += character;
        if (_escape.Length == 2 && character != 'u')
        {
            _escape = "";
            return Flush() + Simple(character);
        }

        return _escape.Length < 6 ? "" : OfUnicode();
    }

    /// <summary>At the end of the string: what was held back.</summary>
    public string Flush()
    {
        var held = _high == '\0' ? "" : Replacement.ToString();
        _high = '\0';
        return held;
    }

    private static char Simple(char character) => character switch
    {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\b',
        'f' => '\f',
        _ => character,
    };

    private string OfUnicode()
    {
        var isNumber = ushort.TryParse(_escape.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code);
        _escape = "";
        var unit = isNumber ? (char)code : Replacement;
        if (char.IsHighSurrogate(unit))
        {
            var before = Flush();
            _high = unit;
            return before;
        }

        if (!char.IsLowSurrogate(unit))
        {
            return Flush() + unit;
        }

        var whole = _high == '\0' ? Replacement.ToString() : $"{_high}{unit}";
        _high = '\0';
        return whole;
    }
}
