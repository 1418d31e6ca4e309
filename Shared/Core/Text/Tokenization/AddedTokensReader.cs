using System.Text;
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
            if (content.Length == 0 || !known.Add(content))
            {
                continue;
            }

            var id = FindInVocabulary(content, source) ?? next;
            next = Math.Max(next, id + 1);
            tokens.Add(new(
                id,
                content,
                IsSpecial: element.FindBoolean("special", false),
                StripsLeft: element.FindBoolean("lstrip", false),
                StripsRight: element.FindBoolean("rstrip", false),
                IsSingleWord: element.FindBoolean("single_word", false),
                IsNormalized: element.FindBoolean("normalized", false)));
        }

        return tokens;
    }

    private static int? FindInVocabulary(string content, TokenizerSource source)
    {
        var text = Encoding.UTF8.GetBytes(content);
        var bytes = new byte[text.Length];
        if (ByteAlphabet.TryDecode(text, bytes, out var length))
        {
            return source.Tokens.Find(bytes.AsSpan(0, length)) is >= 0 and var id ? id : null;
        }

        return source.UnspelledTokens.TryGetValue(content, out var unspelled) ? unspelled : null;
    }
}
