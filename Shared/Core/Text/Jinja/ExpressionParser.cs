namespace Rill.Text.Jinja;

/// <summary>Parses expressions by recursive descent, with Jinja2's precedence.</summary>
internal sealed class ExpressionParser
{
    private const int DeepestExpression = 150;

    private readonly TokenStream _tokens;
    private readonly PrimaryParser _primary;
    private int _depth;

    public ExpressionParser(TokenStream tokens) => (_tokens, _primary) = (tokens, new(tokens, this));

    /// <summary>
    /// Above 0 inside {% if %} and inline ifs: there an unknown filter is no error until it is reached, so that a template may ask first.
    /// </summary>
    public int Conditionals { get; set; }

    /// <summary>What to say of the unknown filters and tests that stand outside of conditionals.</summary>
    public List<UnsupportedModelException> Unknown { get; } = [];

    /// <summary>Sees what the template does with the content of messages.</summary>
    public ContentWatcher Watcher { get; } = new();

    /// <summary>The names read so far that macros treat specially: varargs and kwargs.</summary>
    public HashSet<string> SpecialNames { get; } = [];

    /// <summary>Parses an expression; without <paramref name="withCondition"/>, "if" is left to the caller.</summary>
    public Expression Parse(bool withCondition = true)
    {
        Deepen();
        var result = withCondition ? ParseConditional() : ParseOr();
        _depth--;
        return result;
    }

    /// <summary>Parses one expression, or several apart by commas, which make a tuple.</summary>
    public Expression ParseTuple(bool withCondition = true)
    {
        var first = Parse(withCondition);
        if (!_tokens.IsAtOperator(","))
        {
            return first;
        }

        var items = new List<Expression> { first };
        while (_tokens.AcceptOperator(",") && StartsExpression)
        {
            items.Add(Parse(withCondition));
        }

        return new ListExpression(items, isTuple: true);
    }

    /// <summary>Parses a filter's name and arguments, after its bar.</summary>
    public Expression ParseFilter(Expression target) => _primary.ParseFilter(target);

    private bool StartsExpression => _tokens.Current is { Kind: TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float }
        or { Kind: TokenKind.Operator, Text: "(" or "[" or "{" or "-" or "+" };

    private Expression ParseConditional()
    {
        _tokens.CheckDepth();
        var known = Unknown.Count;
        var expression = ParseOr();
        while (_tokens.AcceptName("if"))
        {
            Unknown.RemoveRange(known, Unknown.Count - known);
            Conditionals++;
            var test = ParseOr();
            var otherwise = _tokens.AcceptName("else") ? ParseConditional() : null;
            Conditionals--;
            expression = new ConditionalExpression(test, expression, otherwise);
        }

        return expression;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (_tokens.AcceptName("or"))
        {
            left = new LogicalExpression(isAnd: false, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (_tokens.AcceptName("and"))
        {
            left = new LogicalExpression(isAnd: true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        var count = 0;
        while (_tokens.AcceptName("not"))
        {
            count++;
        }

        var expression = ParseComparison();
        for (; count > 0; count--)
        {
            expression = new NotExpression(expression);
        }

        return expression;
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (ReadComparison() is { } operation)
        {
            rest.Add((operation, ParseSum()));
        }

        return rest.Count == 0 ? first : new CompareExpression(first, rest);
    }

    private string? ReadComparison()
    {
        if (_tokens.Current is { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
        {
            return _tokens.Read().Text;
        }

        if (_tokens.AcceptName("in"))
        {
            return "in";
        }

        if (_tokens.IsAtName("not") && _tokens.Following is { Kind: TokenKind.Name, Text: "in" })
        {
            _tokens.Read();
            _tokens.Read();
            return "not in";
        }

        return null;
    }

    private Expression ParseSum()
    {
        var left = ParseConcat();
        while (_tokens.Current is { Kind: TokenKind.Operator, Text: "+" or "-" })
        {
            left = new BinaryExpression(_tokens.Read().Text, left, ParseConcat());
        }

        return left;
    }

    private Expression ParseConcat()
    {
        var operands = new List<Expression> { ParseProduct() };
        while (_tokens.AcceptOperator("~"))
        {
            operands.Add(ParseProduct());
        }

        return operands.Count == 1 ? operands[0] : new ConcatExpression(operands);
    }

    private Expression ParseProduct()
    {
        var left = ParsePower();
        while (_tokens.Current is { Kind: TokenKind.Operator, Text: "*" or "/" or "//" or "%" })
        {
            left = new BinaryExpression(_tokens.Read().Text, left, ParsePower());
        }

        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(withFilters: true);
        while (_tokens.AcceptOperator("**"))
        {
            left = new BinaryExpression("**", left, ParseUnary(withFilters: true));
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Deepen();
        var expression = _tokens.Current is { Kind: TokenKind.Operator, Text: "-" or "+" }
            ? new SignExpression(_tokens.Read().Text == "-", ParseUnary(withFilters: false))
            : _primary.Parse();
        _depth--;
        expression = _primary.ParsePostfix(expression);
        return withFilters ? _primary.ParseFilters(expression) : expression;
    }

    private void Deepen()
    {
        _tokens.CheckDepth();
        if (++_depth > DeepestExpression)
        {
            throw _tokens.Errors.Unsupported("an expression nested this deeply", _tokens.Current.Line);
        }
    }
}
