using System.Text.Json;
using Rill.Text.Patterns;

namespace Rill.Text.Tokenization.Files;

/// <summary>Reads a "pattern": {"String": text} or {"Regex": expression}.</summary>
internal static class MatchFinderReader
{
    private const int LongestLiteral = 1_000;

    /// <param name="owner">The element that has the pattern.</param>
    /// <param name="source">The file.</param>
    /// <param name="mayBeEmpty">False to refuse expressions that match the empty text.</param>
    public static MatchFinder Read(JsonElement owner, TokenizerSource source, bool mayBeEmpty = false)
    {
        var type = owner.FindString("type");
        var pattern = owner.Find("pattern") ?? throw source.Broken($"a {type} has no pattern");
        source.CheckMembers(pattern, $"the pattern of a {type}", "String", "Regex");
        if (pattern.FindString("String") is { Length: > 0 } literal)
        {
            return literal.Length <= LongestLiteral
                ? Literal(literal)
                : throw source.Unsupported($"a {type} of more than {LongestLiteral} characters");
        }

        var expression = pattern.FindString("Regex") ?? throw source.Broken($"the pattern of a {type} is neither String nor Regex");
        try
        {
            var compiled = new Pattern(expression);
            return mayBeEmpty || !compiled.MatchesEmpty
                ? compiled.Find
                : throw source.Unsupported($"the regular expression {expression} of a {type}, which may match nothing");
        }
        catch (PatternSyntaxException exception)
        {
            throw new UnsupportedModelException(
                $"{source.Path} cannot be used: {exception.Message} (docs/text.md lists what is supported).", exception);
        }
    }

    /// <summary>Finds a text.</summary>
    public static MatchFinder Literal(string literal) => (text, from, budget, out start, out end) =>
    {
        var offset = text[from..].IndexOf(literal, StringComparison.Ordinal);
        budget.Spend(1 + (offset < 0 ? text.Length - from : offset));
        start = from + offset;
        end = start + literal.Length;
        return offset >= 0;
    };
}
