namespace Rill.Text.Jinja;

/// <summary>Parses a template's statements.</summary>
internal sealed class TemplateParser
{
    private const int DeepestNesting = 100;
    private const int LongestTemplate = 1 << 20;

    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly AssignmentParser _assignments;
    private int _depth;
    private int _loops;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new(tokens);
        _assignments = new(tokens);
    }

    /// <summary>Parses a whole template; throws <see cref="UnsupportedModelException"/> for what is broken or not supported.</summary>
    public static ParsedTemplate Parse(string source, string name)
    {
        var errors = new TemplateErrors(name);
        if (source.Length > LongestTemplate)
        {
            throw new UnsupportedModelException($"The chat template {name} has more than {LongestTemplate} characters.");
        }

        var lexed = TemplateLexer.Read(source, errors);
        var tokens = new TokenStream(lexed, errors);
        var parser = new TemplateParser(tokens);
        var statements = parser.ParseStatements();
        if (tokens.Current.Kind != TokenKind.End)
        {
            throw errors.Syntax($"{{% {tokens.Following.Text} %}} closes nothing", tokens.Current.Line);
        }

        return parser._expressions.Unknown is [var unknown, ..]
            ? throw unknown
            : new(
                new Block(statements),
                parser._expressions.Watcher.Conclude(),
                [.. lexed.Where(token => token.Kind is TokenKind.Data or TokenKind.String).Select(token => token.Text)]);
    }

    /// <summary>Parses statements up to a block that none of them opens, or to the end.</summary>
    private List<Statement> ParseStatements()
    {
        if (++_depth > DeepestNesting)
        {
            throw _tokens.Errors.Unsupported("blocks nested this deeply", _tokens.Current.Line);
        }

        var statements = new List<Statement>();
        while (ParseStatement() is { } statement)
        {
            statements.Add(statement);
        }

        _depth--;
        return statements;
    }

    private Statement? ParseStatement()
    {
        switch (_tokens.Current.Kind)
        {
            case TokenKind.Data:
                return new TextStatement(_tokens.Read().Text);
            case TokenKind.OutputBegin:
                _tokens.Read();
                var value = _expressions.ParseTuple();
                _tokens.Expect(TokenKind.OutputEnd);
                return new OutputStatement(value);
            case TokenKind.BlockBegin:
                return ParseBlock(_tokens.Following);
            default:
                return null;
        }
    }

    private Statement? ParseBlock(Token keyword)
    {
        Func<Statement>? parse = keyword.Text switch
        {
            "if" => ParseIf,
            "for" => ParseFor,
            "set" => ParseSet,
            "macro" => ParseMacro,
            "call" => ParseCall,
            "filter" => ParseFilter,
            "with" => ParseWith,
            "generation" => ParseGeneration,
            "break" => () => ParseJump(Flow.Break),
            "continue" => () => ParseJump(Flow.Continue),
            _ => null,
        };
        if (parse is null)
        {
            var closes = keyword.Text is "elif" or "else" || keyword.Text.StartsWith("end", StringComparison.Ordinal);
            return closes ? null : throw _tokens.Errors.Unsupported($"{{% {keyword.Text} %}}", keyword.Line);
        }

        _tokens.Read();
        _tokens.Read();
        return parse();
    }

    /// <summary>Parses the rest of an opening tag, a body, and one of the tags that may end it, whose name is returned.</summary>
    private Block ParseBody(out string end, params string[] ends)
    {
        var opened = _tokens.Current.Line;
        _tokens.Expect(TokenKind.BlockEnd);
        var statements = ParseStatements();
        if (_tokens.Read().Kind != TokenKind.BlockBegin || !ends.Contains(_tokens.Current.Text))
        {
            throw _tokens.Errors.Syntax($"{{% {ends[^1]} %}} is missing for the block opened at line {opened}", _tokens.Current.Line);
        }

        end = _tokens.Read().Text;
        return new(statements);
    }

    private Block ParseBodyTo(string end)
    {
        var body = ParseBody(out _, end);
        if (end == "endmacro" && _tokens.Current.Kind == TokenKind.Name)
        {
            _tokens.Read();
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return body;
    }

    private IfStatement ParseIf()
    {
        _expressions.Conditionals++;
        var branches = new List<(Expression, Block)>();
        string end;
        do
        {
            var test = _expressions.ParseTuple(withCondition: false);
            branches.Add((test, ParseBody(out end, "elif", "else", "endif")));
        }
        while (end == "elif");

        var otherwise = end == "else" ? ParseBodyTo("endif") : new Block([]);
        if (end == "endif")
        {
            _tokens.Expect(TokenKind.BlockEnd);
        }

        _expressions.Conditionals--;
        return new(branches, otherwise);
    }

    private ForStatement ParseFor()
    {
        var target = _assignments.Parse(withNamespace: false);
        _tokens.ExpectName("in");
        var sequence = _expressions.ParseTuple(withCondition: false);
        _expressions.Watcher.Loop(sequence);
        var test = _tokens.AcceptName("if") ? _expressions.Parse() : null;
        var isRecursive = _tokens.AcceptName("recursive");
        _loops++;
        var body = ParseBody(out var end, "else", "endfor");
        _loops--;
        var otherwise = end == "else" ? ParseBodyTo("endfor") : new Block([]);
        if (end == "endfor")
        {
            _tokens.Expect(TokenKind.BlockEnd);
        }

        return new()
        {
            Target = target,
            Sequence = sequence,
            Test = test,
            Body = body,
            Otherwise = otherwise,
            IsRecursive = isRecursive,
        };
    }

    private Statement ParseSet()
    {
        var target = _assignments.Parse(withNamespace: true);
        if (_tokens.AcceptOperator("="))
        {
            var value = _expressions.ParseTuple();
            _expressions.Watcher.Assign(target, value);
            _tokens.Expect(TokenKind.BlockEnd);
            return new SetStatement(target, value);
        }

        var filter = ParseFilterChain(needsBar: true);
        return new SetBlockStatement(target, ParseBodyTo("endset"), filter);
    }

    private MacroStatement ParseMacro()
    {
        var name = _tokens.ReadName();
        return new(ParseDefinition(name, _assignments.ParseParameters(_expressions), "endmacro"));
    }

    private CallStatement ParseCall()
    {
        var parameters = _tokens.IsAtOperator("(") ? _assignments.ParseParameters(_expressions) : [];
        var line = _tokens.Current.Line;
        var call = _expressions.Parse() as CallExpression ?? throw _tokens.Errors.Syntax("{% call %} needs a call", line);
        return new(ParseDefinition("caller", parameters, "endcall"), call);
    }

    private MacroDefinition ParseDefinition(string name, IReadOnlyList<(string, Expression?)> parameters, string end)
    {
        _expressions.Watcher.Define(name, parameters);
        string[] around = [.. _expressions.SpecialNames];
        _expressions.SpecialNames.Clear();
        var loops = _loops;
        _loops = 0;
        var body = ParseBodyTo(end);
        _loops = loops;
        var definition = new MacroDefinition
        {
            Name = name,
            Parameters = parameters,
            Body = body,
            TakesMorePositional = _expressions.SpecialNames.Contains("varargs"),
            TakesMoreNamed = _expressions.SpecialNames.Contains("kwargs"),
        };
        _expressions.SpecialNames.UnionWith(around);
        return definition;
    }

    private FilterStatement ParseFilter()
    {
        var filter = ParseFilterChain(needsBar: false);
        return new(ParseBodyTo("endfilter"), filter);
    }

    /// <summary>Parses filters that a block's text goes through; none when there is no bar and one is needed.</summary>
    private Expression ParseFilterChain(bool needsBar)
    {
        Expression chain = new NameExpression(Block.TextVariable);
        if (!needsBar)
        {
            chain = _expressions.ParseFilter(chain);
        }

        while (_tokens.AcceptOperator("|"))
        {
            chain = _expressions.ParseFilter(chain);
        }

        return chain;
    }

    private ScopeStatement ParseWith()
    {
        var variables = new List<(AssignmentTarget, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            var target = _assignments.ParseName();
            _tokens.ExpectOperator("=");
            variables.Add((target, _expressions.Parse()));
        }

        return new(variables, ParseBodyTo("endwith"));
    }

    private ScopeStatement ParseGeneration() => new([], ParseBodyTo("endgeneration"));

    private JumpStatement ParseJump(Flow flow)
    {
        if (_loops == 0)
        {
            throw _tokens.Errors.Syntax($"{{% {(flow == Flow.Break ? "break" : "continue")} %}} stands outside of a loop", _tokens.Current.Line);
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return new(flow);
    }
}
