namespace Rill.Text.Jinja;

/// <summary>Parses what values are assigned to: names, tuples of them, attributes of namespaces, and macros' parameters.</summary>
internal sealed class AssignmentParser(TokenStream tokens)
{
    /// <summary>Parses a target, or several apart by commas; attributes only when <paramref name="withNamespace"/>.</summary>
    public AssignmentTarget Parse(bool withNamespace)
    {
        var first = ParseOne(withNamespace);
        if (!tokens.IsAtOperator(","))
        {
            return first;
        }

        var targets = new List<AssignmentTarget> { first };
        while (tokens.AcceptOperator(",") && (tokens.Current.Kind == TokenKind.Name || tokens.IsAtOperator("(")))
        {
            targets.Add(ParseOne(withNamespace));
        }

        return new TupleTarget(targets);
    }

    public NameTarget ParseName() => new(ReadVariable());

    /// <summary>Parses a macro's parameters in parentheses.</summary>
    public IReadOnlyList<(string Name, Expression? Default)> ParseParameters(ExpressionParser expressions)
    {
        var parameters = new List<(string, Expression?)>();
        tokens.ExpectOperator("(");
        while (!tokens.AcceptOperator(")"))
        {
            var name = ReadVariable();
            parameters.Add((name, tokens.AcceptOperator("=") ? expressions.Parse() : null));
            if (!tokens.IsAtOperator(")"))
            {
                tokens.ExpectOperator(",");
            }
        }

        return parameters;
    }

    private AssignmentTarget ParseOne(bool withNamespace)
    {
        tokens.CheckDepth();
        if (tokens.AcceptOperator("("))
        {
            var inner = Parse(withNamespace: false);
            tokens.ExpectOperator(")");
            return inner;
        }

        var name = ReadVariable();
        return withNamespace && tokens.AcceptOperator(".") ? new NamespaceTarget(name, tokens.ReadName()) : new NameTarget(name);
    }

    private string ReadVariable()
    {
        var line = tokens.Current.Line;
        var name = tokens.ReadName();
        return name is "true" or "True" or "false" or "False" or "none" or "None"
            ? throw tokens.Errors.Syntax($"'{name}' cannot be assigned to", line)
            : name;
    }
}
