namespace Rill.Text.Grammar.Gbnf;

/// <summary>A grammar that is broken, or that describes no text. The message is for the client.</summary>
internal sealed class GbnfException(string message) : Exception(message);
