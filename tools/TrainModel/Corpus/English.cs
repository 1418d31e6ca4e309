using System.Text;
using System.Text.RegularExpressions;

namespace Rill.TrainModel.Corpus;

/// <summary>The little English that the grammars leave to code: articles, capitals, plain lists.</summary>
internal static partial class English
{
    /// <summary>
    /// Turns "@a owl" into "an owl", joins runs of spaces, and gives every sentence its capital. A backslash-n becomes a line break.
    /// </summary>
    public static string Tidy(string text)
    {
        var withArticles = ArticleMark().Replace(text, match => WithArticle(match.Groups[1].Value));
        var spaced = Spaces().Replace(withArticles, " ").Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace("\n ", "\n", StringComparison.Ordinal).Replace('⟦', '[').Replace('⟧', ']');
        return CapitaliseSentences(spaced.Trim());
    }

    /// <summary>The noun with "a" or "an" before it.</summary>
    public static string WithArticle(string noun) =>
        noun.StartsWith("honest", StringComparison.Ordinal)
        || ("aeiou".Contains(char.ToLowerInvariant(noun[0]), StringComparison.Ordinal) && !noun.StartsWith("uni", StringComparison.Ordinal))
            ? $"an {noun}"
            : $"a {noun}";

    /// <summary>The word with a capital first letter.</summary>
    public static string Capitalise(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>"a", "a and b" or "a, b and c".</summary>
    public static string List(IReadOnlyList<string> items) =>
        items.Count < 2 ? string.Concat(items) : $"{string.Join(", ", items.Take(items.Count - 1))} and {items[^1]}";

    private static string CapitaliseSentences(string text)
    {
        var result = new StringBuilder(text);
        var atStart = true;
        for (var i = 0; i < result.Length; i++)
        {
            var character = result[i];
            if (atStart && char.IsLetterOrDigit(character))
            {
                result[i] = char.ToUpperInvariant(character);
                atStart = false;
            }
            else if (EndsSentence(result, i))
            {
                atStart = true;
            }
        }

        return result.ToString();
    }

    /// <summary>A closing quote after a full stop ends a sentence; after ! and ? the speaker's verb may follow.</summary>
    private static bool EndsSentence(StringBuilder text, int i)
    {
        var next = i + 1 < text.Length ? text[i + 1] : ' ';
        return text[i] switch
        {
            '\n' => true,
            '.' or '!' or '?' => next is ' ',
            '"' => next is ' ' && i > 0 && text[i - 1] == '.',
            _ => false,
        };
    }

    [GeneratedRegex(@"@a (\S+)")]
    private static partial Regex ArticleMark();

    [GeneratedRegex(@" {2,}")]
    private static partial Regex Spaces();
}
