namespace Rill.Text.Patterns;

/// <summary>A regular expression is malformed or uses a construct this engine does not have.</summary>
internal sealed class PatternSyntaxException(string message) : Exception(message);
