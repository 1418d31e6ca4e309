using System.Globalization;

namespace Rill.Text.Patterns;

/// <summary>A cursor over a regular expression's source.</summary>
internal sealed class PatternReader(string source)
{
    private const int DeepestNesting = 100;

    private int _position;
    private int _depth;

    public bool AtEnd => _position >= source.Length;

    public char Current => AtEnd ? throw Error("it ends too early") : source[_position];

    public char Next => _position + 1 < source.Length ? source[_position + 1] : '\0';

    /// <summary>Goes into a group or a class, of which only so many may lie in one another; what goes through them recurs.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
        {
            throw Error($"more than {DeepestNesting} groups lie in one another");
        }
    }

    /// <summary>Leaves what was entered last.</summary>
    public void Leave() => _depth--;

    public bool Accept(char expected)
    {
        if (AtEnd || source[_position] != expected)
        {
            return false;
        }

        _position++;
        return true;
    }

    public void Expect(char expected)
    {
        if (!Accept(expected))
        {
            throw Error($"'{expected}' is missing");
        }
    }

    public char ReadUnit()
    {
        var unit = Current;
        _position++;
        return unit;
    }

    public int ReadCodePoint()
    {
        _ = Current;
        var codePoint = CodePoint.Read(source, _position, out var length);
        _position += length;
        return codePoint;
    }

    /// <summary>Reads up to a closing character, which is consumed and left out.</summary>
    public string ReadUntil(char end)
    {
        var close = source.IndexOf(end, _position);
        if (close < 0)
        {
            throw Error($"'{end}' is missing");
        }

        var text = source[_position..close];
        _position = close + 1;
        return text;
    }

    /// <summary>Reads a code point written in hexadecimal, with a fixed number of digits.</summary>
    public int ReadHex(int digits)
    {
        if (_position + digits > source.Length)
        {
            throw Error("a hexadecimal escape is too short");
        }

        var text = source.Substring(_position, digits);
        _position += digits;
        return ParseHex(text);
    }

    public int ParseHex(string text) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < CodePoint.Limit
            ? value
            : throw Error($"'{text}' is not a hexadecimal code point");

    /// <summary>What is wrong here; of a long expression only the beginning is shown.</summary>
    public PatternSyntaxException Error(string problem)
    {
        const int LongestShown = 500;
        var shown = source.Length <= LongestShown ? source : $"{source.AsSpan(0, LongestShown)}...";
        return new($"the regular expression {shown} cannot be used: {problem} at position {_position}");
    }
}
