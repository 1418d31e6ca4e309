using System.Globalization;
using System.Text.Json;
using Rill.Text.Tokenization.AddedTokens;

namespace Rill.Text.Tokenization.Files;

/// <summary>
/// Reads the added tokens. A token's id is the vocabulary's when it is there; otherwise the next free one, whatever the file says, which is
/// how the reference numbers them.
/// </summary>
internal sealed class AddedTokensReader
{
    private readonly TokenizerSource _source;
    private readonly List<AddedToken> _tokens = [];
    private readonly HashSet<string> _known = [];
    private int _next;

    private AddedTokensReader(TokenizerSource source) => (_source, _next) = (source, source.VocabularyCount);

    /// <summary>
    /// Reads added_tokens, and what tokenizer_config.json adds to them: its added_tokens_decoder, and the special tokens it names, where the
    /// vocabulary has them.
    /// </summary>
    public static List<AddedToken> Read(TokenizerSource source, JsonElement config)
    {
        var reader = new AddedTokensReader(source);
        foreach (var element in source.Find("added_tokens")?.EnumerateArray() ?? [])
        {
            reader.Add(element);
        }

        if (config.Find("added_tokens_decoder") is { ValueKind: JsonValueKind.Object } decoder)
        {
            foreach (var member in decoder.EnumerateObject().OrderBy(member => ParseId(member.Name)))
            {
                reader.Add(member.Value);
            }
        }

        foreach (var token in TokenizerConfig.ReadTokens(config).Values)
        {
            if (source.FindToken(token) is { } id && reader._known.Add(token))
            {
                reader._tokens.Add(new(id, token, IsSpecial: true, false, false, false, IsNormalized: false));
            }
        }

        return reader.MarkControl(config);
    }

    /// <summary>Tokens that tokenizer_config.json names are for control, whatever their flags say.</summary>
    private List<AddedToken> MarkControl(JsonElement config)
    {
        var named = TokenizerConfig.ReadTokens(config).Values
            .Concat(config.FindArray("additional_special_tokens").Select(TokenizerConfig.ReadToken).OfType<string>())
            .ToHashSet();
        return [.. _tokens.Select(token => named.Contains(token.Content) ? token with { IsControl = true } : token)];
    }

    private static int ParseId(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : int.MaxValue;

    private void Add(JsonElement element)
    {
        var content = element.FindString("content") ?? throw _source.Broken("an added token has no content");
        _source.CheckMembers(
            element, $"the added token {content}", "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        if (content.Length == 0 || !_known.Add(content))
        {
            return;
        }

        var id = _source.FindToken(content) ?? _next;
        _next = Math.Max(_next, id + 1);
        _tokens.Add(new(
            id,
            content,
            IsSpecial: _source.Flag(element, "special", false),
            StripsLeft: _source.Flag(element, "lstrip", false),
            StripsRight: _source.Flag(element, "rstrip", false),
            IsSingleWord: _source.Flag(element, "single_word", false),
            IsNormalized: _source.Flag(element, "normalized", false)));
    }
}
