using System.Text.Json;

namespace Rill.Text.Tokenization;

/// <summary>
/// Reads added_tokens. A token's id is the vocabulary's when it is there; otherwise the next free one, whatever the file says, which is
/// how the reference numbers them.
/// </summary>
internal static class AddedTokensReader
{
    public static List<AddedToken> Read(TokenizerSource source)
    {
        var tokens = new List<AddedToken>();
        var known = new HashSet<string>();
        var next = source.VocabularyCount;
        foreach (var element in source.Find("added_tokens")?.EnumerateArray() ?? [])
        {
            var content = element.FindString("content") ?? throw source.Broken("an added token has no content");
            source.CheckMembers(
                element, $"the added token {content}", "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
            if (content.Length == 0 || !known.Add(content))
            {
                continue;
            }

            var id = source.FindToken(content) ?? next;
            next = Math.Max(next, id + 1);
            tokens.Add(new(
                id,
                content,
                IsSpecial: source.Flag(element, "special", false),
                StripsLeft: source.Flag(element, "lstrip", false),
                StripsRight: source.Flag(element, "rstrip", false),
                IsSingleWord: source.Flag(element, "single_word", false),
                IsNormalized: source.Flag(element, "normalized", false)));
        }

        return tokens;
    }
}
