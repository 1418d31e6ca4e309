namespace Rill.Text.Jinja;

internal enum TokenKind
{
    Data,
    OutputBegin,
    OutputEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>A token of a template; Text is its text, a string's with escapes resolved.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line);
