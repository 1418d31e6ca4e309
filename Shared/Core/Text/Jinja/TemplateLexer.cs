namespace Rill.Text.Jinja;

/// <summary>
/// Cuts a template into tokens as Jinja2 does in transformers' environment: trim_blocks (the newline after a block or comment goes) and
/// lstrip_blocks (so does the indentation before one), whitespace control by - and +, one newline at the template's end dropped.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly TemplateErrors _errors;
    private readonly List<Token> _tokens = [];
    private int _position;
    private (int Position, int Line) _counted = (0, 1);
    private bool _lineStarts = true;

    private TemplateLexer(string source, TemplateErrors errors) => (_source, _errors) = (source, errors);

    public static List<Token> Read(string source, TemplateErrors errors)
    {
        var normalized = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(normalized.EndsWith('\n') ? normalized[..^1] : normalized, errors);
        lexer.ReadAll();
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_position < _source.Length)
        {
            var start = FindTag(_position);
            if (start < 0)
            {
                AddData(_source[_position..]);
                break;
            }

            ReadTag(start);
        }

        _position = _source.Length;
        Add(TokenKind.End, "");
    }

    private int FindTag(int from)
    {
        for (var index = _source.IndexOf('{', from); index >= 0 && index + 1 < _source.Length; index = _source.IndexOf('{', index + 1))
        {
            if (_source[index + 1] is '{' or '%' or '#')
            {
                return index;
            }
        }

        return -1;
    }

    private void ReadTag(int start)
    {
        var kind = _source[start + 1];
        var sign = start + 2 < _source.Length && _source[start + 2] is '-' or '+' ? _source[start + 2] : '\0';
        AddData(TextBefore(start, kind, sign));
        _position = start + (sign == '\0' ? 2 : 3);
        switch (kind)
        {
            case '#':
                SkipComment();
                break;
            case '{':
                Add(TokenKind.OutputBegin, "{{");
                ReadExpression(TokenKind.OutputEnd, "}}");
                break;
            default:
                ReadBlock();
                break;
        }
    }

    private string TextBefore(int start, char kind, char sign)
    {
        var text = _source[_position..start];
        if (sign == '-')
        {
            return text.TrimEnd();
        }

        var lineStart = text.LastIndexOf('\n') + 1;
        var isIndentation = kind != '{' && sign != '+' && (lineStart > 0 || _lineStarts) && string.IsNullOrWhiteSpace(text[lineStart..]);
        return isIndentation ? text[..lineStart] : text;
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw _errors.Syntax("a comment is not closed", Line);
        }

        var sign = end > _position ? _source[end - 1] : '\0';
        _position = end + 2;
        EndTag(sign, trimsNewline: true);
    }

    private void ReadBlock()
    {
        if (TryReadRaw())
        {
            return;
        }

        Add(TokenKind.BlockBegin, "{%");
        ReadExpression(TokenKind.BlockEnd, "%}");
    }

    private void ReadExpression(TokenKind end, string endText)
    {
        var expression = new ExpressionLexer(_source, _position, _errors, LineAt);
        _position = expression.ReadUntil(endText, _tokens);
        var sign = _source[_position];
        Add(end, endText);
        _position += sign is '-' or '+' ? 3 : 2;
        EndTag(sign, trimsNewline: end == TokenKind.BlockEnd);
    }

    /// <summary>Applies what a tag's end does to the text after it.</summary>
    private void EndTag(char sign, bool trimsNewline)
    {
        var end = _position;
        if (sign == '-')
        {
            while (_position < _source.Length && char.IsWhiteSpace(_source[_position]))
            {
                _position++;
            }
        }
        else if (trimsNewline && sign != '+' && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }

        _lineStarts = _position > end && _source[_position - 1] == '\n';
    }

    /// <summary>Reads {% raw %} ... {% endraw %} as data.</summary>
    private bool TryReadRaw()
    {
        var begin = BlockNamed("raw", _position);
        if (begin is null)
        {
            return false;
        }

        _position = begin.Value.End;
        EndTag(begin.Value.Sign, trimsNewline: false);
        for (var start = _source.IndexOf("{%", _position, StringComparison.Ordinal); start >= 0;
            start = _source.IndexOf("{%", start + 2, StringComparison.Ordinal))
        {
            var sign = _source.ElementAtOrDefault(start + 2);
            if (BlockNamed("endraw", start + (sign is '-' or '+' ? 3 : 2)) is var (end, endSign))
            {
                AddData(TextBefore(start, '%', sign));
                _position = end;
                EndTag(endSign, trimsNewline: true);
                return true;
            }
        }

        throw _errors.Syntax("{% raw %} is not closed", Line);
    }

    /// <summary>When a block at a position holds just this name: where it ends, and its closing sign.</summary>
    private (int End, char Sign)? BlockNamed(string name, int position)
    {
        var close = _source.IndexOf("%}", position, StringComparison.Ordinal);
        if (close < 0)
        {
            return null;
        }

        var inside = _source[position..close];
        var sign = inside.Length > 0 && inside[^1] is '-' or '+' ? inside[^1] : '\0';
        return inside.TrimEnd('-', '+').Trim() == name ? (close + 2, sign) : null;
    }

    private void AddData(string text)
    {
        if (text.Length > 0)
        {
            Add(TokenKind.Data, text);
        }
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new(kind, text, Line));

    private int Line => LineAt(_position);

    /// <summary>The line of a position. Positions mostly rise, so that counting goes on from the last one.</summary>
    private int LineAt(int position)
    {
        position = Math.Min(position, _source.Length);
        if (position < _counted.Position)
        {
            _counted = (0, 1);
        }

        var more = _source.AsSpan(_counted.Position..position).Count('\n');
        _counted = (position, _counted.Line + more);
        return _counted.Line;
    }
}
