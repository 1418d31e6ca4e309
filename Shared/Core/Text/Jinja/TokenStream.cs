using System.Runtime.CompilerServices;

namespace Rill.Text.Jinja;

/// <summary>A cursor over a template's tokens.</summary>
internal sealed class TokenStream(List<Token> tokens, TemplateErrors errors)
{
    private int _position;

    public Token Current => tokens[_position];

    public Token Following => tokens[Math.Min(_position + 1, tokens.Count - 1)];

    public TemplateErrors Errors => errors;

    public Token Read()
    {
        var token = Current;
        if (token.Kind != TokenKind.End)
        {
            _position++;
        }

        return token;
    }

    public bool IsAt(TokenKind kind, string text) => Current.Kind == kind && Current.Text == text;

    public bool IsAtOperator(string text) => IsAt(TokenKind.Operator, text);

    public bool IsAtName(string text) => IsAt(TokenKind.Name, text);

    public bool AcceptOperator(string text) => Accept(TokenKind.Operator, text);

    public bool AcceptName(string text) => Accept(TokenKind.Name, text);

    public void ExpectOperator(string text)
    {
        if (!AcceptOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    public void ExpectName(string text)
    {
        if (!AcceptName(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    public string ReadName() => Current.Kind == TokenKind.Name ? Read().Text : throw Unexpected("a name");

    public void Expect(TokenKind kind)
    {
        if (Read().Kind != kind)
        {
            throw Unexpected($"the end of the tag ({kind})");
        }
    }

    /// <summary>Refuses a template that nests deeper than the thread's stack can follow.</summary>
    public void CheckDepth()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw errors.Unsupported("an expression nested this deeply", Current.Line);
        }
    }

    public UnsupportedModelException Unexpected(string wanted) => errors.Syntax(
        Current.Kind == TokenKind.End ? $"it ends where {wanted} should be" : $"'{Current.Text}' stands where {wanted} should be", Current.Line);

    private bool Accept(TokenKind kind, string text)
    {
        if (!IsAt(kind, text))
        {
            return false;
        }

        Read();
        return true;
    }
}
