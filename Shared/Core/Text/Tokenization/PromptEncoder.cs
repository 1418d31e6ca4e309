using Rill.Text.Patterns;
using Rill.Text.Tokenization.AddedTokens;
using Rill.Text.Tokenization.Bpe;
using Rill.Text.Tokenization.Normalizers;
using Rill.Text.Tokenization.PreTokenizers;

namespace Rill.Text.Tokenization;

/// <summary>
/// The way from text to ids, in the reference's order: cut at the added tokens, normalize each stretch between, cut at the added tokens
/// that are looked for in normalized text, cut into words, encode each word. Thread-safe.
/// </summary>
internal sealed class PromptEncoder
{
    private readonly IReadOnlyCollection<AddedToken> _addedTokens;
    private readonly AddedTokenMatcher? _rawTokens;
    private readonly AddedTokenMatcher? _normalizedTokens;
    private readonly Normalizer? _normalizer;
    private readonly IReadOnlyList<PreTokenizer> _steps;
    private readonly BpeModel _model;

    /// <exception cref="EncodingLimitException">The normalizer makes too much of the added tokens' texts.</exception>
    public PromptEncoder(
        IReadOnlyCollection<AddedToken> addedTokens,
        Normalizer? normalizer,
        IReadOnlyList<PreTokenizer> steps,
        BpeModel model)
    {
        (_addedTokens, _normalizer, _steps, _model) = (addedTokens, normalizer, steps, model);
        var budget = new EncodingBudget(addedTokens.Sum(token => token.Content.Length), CancellationToken.None);
        _rawTokens = NewMatcher(addedTokens.Where(token => !token.IsNormalized).Select(token => (token.Content, token)));
        _normalizedTokens = NewMatcher(addedTokens
            .Where(token => token.IsNormalized)
            .Select(token => (normalizer?.Apply(token.Content, budget) ?? token.Content, token)));
    }

    /// <summary>The texts of the added tokens that are found in a request's text too.</summary>
    public IReadOnlyCollection<string> OpenTokens => [.. _addedTokens.Where(token => !token.IsControl).Select(token => token.Content)];

    /// <summary>The same encoder, for which the added tokens of these texts are control tokens.</summary>
    public PromptEncoder WithControlTokens(IReadOnlySet<string> texts) => new(
        [.. _addedTokens.Select(token => texts.Contains(token.Content) ? token with { IsControl = true } : token)], _normalizer, _steps, _model);

    /// <summary>Appends the ids of a text; when asked, also the sections it was cut into.</summary>
    /// <exception cref="EncodingLimitException">The text costs more than one of its length may.</exception>
    public void Encode(
        string text, TemplateSpans template, List<int> ids, CancellationToken cancellationToken, List<EncodedSection>? sections = null)
    {
        var budget = new EncodingBudget(text.Length, cancellationToken);
        var repaired = CodePoint.Repair(text).AsMemory();
        foreach (var section in Split(_rawTokens, repaired, template, budget))
        {
            if (section.Token is { } token)
            {
                sections?.Add(new(repaired[section.Start..section.End], ids.Count, IsAddedToken: true));
                ids.Add(token.Id);
                continue;
            }

            var inside = new TemplateSpans();
            inside.AddSlice(template, section.Start, section.End, at: 0);
            EncodeBetween(new(repaired[section.Start..section.End], inside, BeginsPrompt: section.Start == 0, budget), ids, sections);
        }
    }

    private static AddedTokenMatcher? NewMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        // Of tokens with one text the special ones come first, as in the reference.
        var wanted = tokens.Where(token => token.Text.Length > 0)
            .OrderBy(token => token.Token.IsSpecial ? 0 : token.Token.IsControl ? 1 : 2)
            .ToArray();
        return wanted.Length > 0 ? new(wanted) : null;
    }

    private static List<Section> Split(AddedTokenMatcher? matcher, ReadOnlyMemory<char> text, TemplateSpans template, EncodingBudget budget) =>
        matcher is not null ? matcher.Split(text.Span, template, budget) : text.IsEmpty ? [] : [new(0, text.Length, null)];

    private void EncodeBetween(NormalizedText text, List<int> ids, List<EncodedSection>? sections)
    {
        text = _normalizer?.Apply(text) ?? text;
        foreach (var section in Split(_normalizedTokens, text.Text, text.Template, text.Budget))
        {
            var part = text.Text[section.Start..section.End];
            if (section.Token is { } token)
            {
                sections?.Add(new(part, ids.Count, IsAddedToken: true));
                ids.Add(token.Id);
            }
            else
            {
                EncodeWords(new(part, text.BeginsPrompt && section.Start == 0, text.Budget), ids, sections);
            }
        }
    }

    private void EncodeWords(PreTokenizedText words, List<int> ids, List<EncodedSection>? sections)
    {
        foreach (var step in _steps)
        {
            words.Budget.Spend(words.Text.Length);
            step.Apply(words);
        }

        sections?.Add(new(words.Readable, ids.Count, IsAddedToken: false));
        foreach (var piece in words.Pieces)
        {
            words.Budget.Spend(piece.End - piece.Start);
            _model.Encode(words.Text.Span[piece.Start..piece.End], ids, words.Budget);
        }
    }
}
