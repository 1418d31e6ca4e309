using System.Globalization;

namespace Rill.Text.Jinja;

/// <summary>Parses what binds tightest: names, literals, brackets, and the attributes, calls, filters and tests after them.</summary>
internal sealed class PrimaryParser(TokenStream tokens, ExpressionParser expressions)
{
    public Expression Parse()
    {
        var token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName(tokens.Read().Text);
            case TokenKind.String:
                return ParseString();
            case TokenKind.Integer:
                tokens.Read();
                return new ConstantExpression(PythonNumbers.ParseInteger(token.Text, 0)
                    ?? throw tokens.Errors.Syntax($"'{token.Text}' is not a number", token.Line));
            case TokenKind.Float:
                tokens.Read();
                return new ConstantExpression(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
            case TokenKind.Operator when token.Text == "(":
                return ParseParentheses();
            case TokenKind.Operator when token.Text == "[":
                tokens.Read();
                return new ListExpression(ParseItems("]"), isTuple: false);
            case TokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                throw tokens.Unexpected("an expression");
        }
    }

    /// <summary>Parses the attributes, items and calls after an expression.</summary>
    public Expression ParsePostfix(Expression expression)
    {
        while (true)
        {
            if (tokens.AcceptOperator("."))
            {
                expression = ParseAttribute(expression);
            }
            else if (tokens.AcceptOperator("["))
            {
                expression = ParseSubscript(expression);
            }
            else if (tokens.IsAtOperator("("))
            {
                expression = ParseCall(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    /// <summary>Parses the filters, tests and calls after an expression.</summary>
    public Expression ParseFilters(Expression expression)
    {
        while (true)
        {
            if (tokens.AcceptOperator("|"))
            {
                expression = ParseFilter(expression);
            }
            else if (tokens.AcceptName("is"))
            {
                expression = ParseTest(expression);
            }
            else if (tokens.IsAtOperator("("))
            {
                expression = ParseCall(expression);
            }
            else
            {
                return expression;
            }
        }
    }

    /// <summary>Parses a filter's name and arguments, after its bar.</summary>
    public Expression ParseFilter(Expression target)
    {
        var line = tokens.Current.Line;
        var name = ParseDottedName();
        if (Filters.Find(name) is null && expressions.Conditionals == 0)
        {
            expressions.Unknown.Add(tokens.Errors.Unsupported($"the filter '{name}'", line));
        }

        expressions.Watcher.Filter(name, target);
        return new FilterExpression(target, name, tokens.IsAtOperator("(") ? ParseArguments() : ArgumentList.Empty);
    }

    private Expression ParseName(string name)
    {
        if (name is "varargs" or "kwargs")
        {
            expressions.SpecialNames.Add(name);
        }

        return name switch
        {
            "true" or "True" => new ConstantExpression(true),
            "false" or "False" => new ConstantExpression(false),
            "none" or "None" => new ConstantExpression(null),
            _ => new NameExpression(name),
        };
    }

    private ConstantExpression ParseString()
    {
        var parts = new List<string>();
        while (tokens.Current.Kind == TokenKind.String)
        {
            parts.Add(tokens.Read().Text);
        }

        var text = string.Concat(parts);
        expressions.Watcher.String(text);
        return new(JinjaText.OfTemplate(text));
    }

    private Expression ParseParentheses()
    {
        tokens.ExpectOperator("(");
        if (tokens.AcceptOperator(")"))
        {
            return new ListExpression([], isTuple: true);
        }

        var expression = expressions.ParseTuple();
        tokens.ExpectOperator(")");
        return expression;
    }

    /// <summary>Parses expressions apart by commas up to a closing bracket.</summary>
    private List<Expression> ParseItems(string close)
    {
        var items = new List<Expression>();
        while (!tokens.AcceptOperator(close))
        {
            items.Add(expressions.Parse());
            if (!tokens.IsAtOperator(close))
            {
                tokens.ExpectOperator(",");
            }
        }

        return items;
    }

    private DictExpression ParseDict()
    {
        tokens.ExpectOperator("{");
        var members = new List<(Expression, Expression)>();
        while (!tokens.AcceptOperator("}"))
        {
            var key = expressions.Parse();
            tokens.ExpectOperator(":");
            members.Add((key, expressions.Parse()));
            if (!tokens.IsAtOperator("}"))
            {
                tokens.ExpectOperator(",");
            }
        }

        return new(members);
    }

    private Expression ParseAttribute(Expression target)
    {
        if (tokens.Current.Kind == TokenKind.Integer)
        {
            return new ItemExpression(target, Parse());
        }

        return new AttributeExpression(target, tokens.ReadName());
    }

    private Expression ParseSubscript(Expression target)
    {
        var start = tokens.IsAtOperator(":") ? null : expressions.Parse();
        if (!tokens.AcceptOperator(":"))
        {
            return ParseIndexEnd(target, start!);
        }

        var stop = tokens.IsAtOperator(":") || tokens.IsAtOperator("]") ? null : expressions.Parse();
        var step = tokens.AcceptOperator(":") && !tokens.IsAtOperator("]") ? expressions.Parse() : null;
        tokens.ExpectOperator("]");
        return new SliceExpression(target, start, stop, step);
    }

    private ItemExpression ParseIndexEnd(Expression target, Expression index)
    {
        if (tokens.AcceptOperator("]"))
        {
            return new(target, index);
        }

        var items = new List<Expression> { index };
        while (tokens.AcceptOperator(","))
        {
            items.Add(expressions.Parse());
        }

        tokens.ExpectOperator("]");
        return new(target, new ListExpression(items, isTuple: true));
    }

    private CallExpression ParseCall(Expression target)
    {
        var call = new CallExpression(target, ParseArguments());
        expressions.Watcher.Call(call);
        return call;
    }

    private ArgumentList ParseArguments()
    {
        tokens.ExpectOperator("(");
        var (positional, named) = (new List<Expression>(), new List<(string, Expression)>());
        Expression? spreadList = null;
        Expression? spreadDict = null;
        while (!tokens.AcceptOperator(")"))
        {
            if (tokens.AcceptOperator("*"))
            {
                spreadList = expressions.Parse();
            }
            else if (tokens.AcceptOperator("**"))
            {
                spreadDict = expressions.Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Following is { Kind: TokenKind.Operator, Text: "=" })
            {
                var name = tokens.ReadName();
                tokens.ExpectOperator("=");
                named.Add((name, expressions.Parse()));
            }
            else
            {
                positional.Add(expressions.Parse());
            }

            if (!tokens.IsAtOperator(")"))
            {
                tokens.ExpectOperator(",");
            }
        }

        return new(positional, named, spreadList, spreadDict);
    }

    private TestExpression ParseTest(Expression target)
    {
        var line = tokens.Current.Line;
        var isNegated = tokens.AcceptName("not");
        var name = ParseDottedName();
        if (Tests.Find(name) is null && expressions.Conditionals == 0)
        {
            expressions.Unknown.Add(tokens.Errors.Unsupported($"the test '{name}'", line));
        }

        expressions.Watcher.Test(name, target);
        return new(target, name, ParseTestArguments(), isNegated);
    }

    /// <summary>A test's arguments: in parentheses, or one primary expression right after its name.</summary>
    private ArgumentList ParseTestArguments()
    {
        if (tokens.IsAtOperator("("))
        {
            return ParseArguments();
        }

        if (tokens.IsAtName("is"))
        {
            throw tokens.Errors.Syntax("one 'is' follows another", tokens.Current.Line);
        }

        // Jinja2 would take "if" for an argument and fail there; nobody means that.
        var startsArgument = tokens.Current is { Kind: TokenKind.String or TokenKind.Integer or TokenKind.Float }
            or { Kind: TokenKind.Operator, Text: "[" or "{" }
            or { Kind: TokenKind.Name, Text: not ("else" or "or" or "and" or "if" or "not" or "in" or "recursive") };
        return startsArgument ? new([ParsePostfix(Parse())], [], null, null) : ArgumentList.Empty;
    }

    private string ParseDottedName()
    {
        var name = tokens.ReadName();
        while (tokens.AcceptOperator("."))
        {
            name += "." + tokens.ReadName();
        }

        return name;
    }
}
