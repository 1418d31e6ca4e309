using System.Globalization;
using System.Text;
using Rill.OpenAI;
using Rill.Text;

namespace Rill.Chat.Input;

/// <summary>
/// Prompts that are text or token ids, without a chat template. Whoever writes such a text writes what a template would: control tokens are
/// found in it, and it gets the beginning-of-text token that the model's authors put before a text (docs/adr/0067).
/// </summary>
internal static class TextPrompt
{
    /// <summary>Encodes the request's prompts in order; or the error to answer with, which names the prompt.</summary>
    /// <param name="request">A checked request.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="vocabularySize">Rows of the model's embedding: a tokenizer may have more ids, which the model cannot read.</param>
    /// <param name="cancellationToken">Ends the encoding.</param>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public static (IReadOnlyList<EncodedPrompt> Prompts, ApiError? Error) Encode(
        CompletionRequest request, ITokenizer tokenizer, int vocabularySize, CancellationToken cancellationToken)
    {
        var prompts = new List<EncodedPrompt>(request.Prompts.Count);
        foreach (var prompt in request.Prompts)
        {
            var field = request.Prompts.Count == 1 ? "prompt" : string.Create(CultureInfo.InvariantCulture, $"prompt[{prompts.Count}]");
            var text = prompt.Text is { } own ? PromptText.OfTemplate(own) : null;
            var (ids, error) = Encode(prompt, text, field, tokenizer, vocabularySize, request.AddSpecialTokens, cancellationToken);
            if (error is not null)
            {
                return ([], error);
            }

            prompts.Add(new(ids, request.Echo ? prompt.Text ?? Decode(ids, tokenizer) : null));
        }

        return (prompts, null);
    }

    /// <summary>The ids of one prompt that the model can read; or the error to answer with.</summary>
    /// <param name="prompt">A text, or ids, which are taken as they are.</param>
    /// <param name="text">The text, with what of it control tokens are found in; null for ids.</param>
    /// <param name="field">How the error names it.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="vocabularySize">Rows of the model's embedding.</param>
    /// <param name="addSpecialTokens">True to put around a text what the model's authors do.</param>
    /// <param name="cancellationToken">Ends the encoding.</param>
    /// <exception cref="OperationCanceledException">The cancellation came on the way.</exception>
    public static (IReadOnlyList<int> Ids, ApiError? Error) Encode(
        CompletionPrompt prompt, PromptText? text, string field, ITokenizer tokenizer, int vocabularySize, bool addSpecialTokens,
        CancellationToken cancellationToken)
    {
        try
        {
            var ids = text is null ? prompt.Ids! : Encode(text, tokenizer, addSpecialTokens, cancellationToken);
            return Fault(ids, prompt, vocabularySize) is { } fault
                ? ([], ApiError.InvalidValue(field, $"{field} {fault}"))
                : (ids, null);
        }
        catch (EncodingLimitException refused)
        {
            return ([], ApiError.InvalidValue(field, refused.Message));
        }
    }

    /// <summary>The ids of a text of one's own.</summary>
    /// <param name="text">The text, with what of it control tokens are found in.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="addSpecialTokens">True to put around it what the model's authors do; what it begins with already is not put there twice.</param>
    /// <param name="cancellationToken">Ends the encoding.</param>
    /// <exception cref="EncodingLimitException">The text costs too much.</exception>
    public static IReadOnlyList<int> Encode(PromptText text, ITokenizer tokenizer, bool addSpecialTokens, CancellationToken cancellationToken)
    {
        var ids = tokenizer.Encode(text, cancellationToken);
        return addSpecialTokens ? Surround(ids, tokenizer) : ids;
    }

    /// <summary>Puts around ids what the model's authors put around a text, unless it is there.</summary>
    public static IReadOnlyList<int> Surround(IReadOnlyList<int> ids, ITokenizer tokenizer)
    {
        var (prefix, suffix) = (tokenizer.PrefixIds, tokenizer.SuffixIds);
        var hasPrefix = prefix.SequenceEqual(ids.Take(prefix.Count));
        var hasSuffix = suffix.SequenceEqual(ids.TakeLast(suffix.Count));
        return hasPrefix && hasSuffix ? ids : [.. hasPrefix ? [] : prefix, .. ids, .. hasSuffix ? [] : suffix];
    }

    /// <summary>The text of ids, control tokens included; null where it is longer than <paramref name="most"/> UTF-16 units.</summary>
    public static string? Decode(IEnumerable<int> ids, ITokenizer tokenizer, int most = int.MaxValue)
    {
        var detokenizer = new IncrementalDetokenizer(tokenizer, skipSpecialTokens: false);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if (text.Append(detokenizer.Push(id)).Length > most)
            {
                return null;
            }
        }

        return text.Append(detokenizer.Flush()).ToString();
    }

    private static string? Fault(IReadOnlyList<int> ids, CompletionPrompt prompt, int vocabularySize)
    {
        foreach (var id in ids)
        {
            if (id >= vocabularySize)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(prompt.Ids is null ? "makes" : "holds")} the token id {id}, but the model knows only those below {vocabularySize}.");
            }
        }

        return ids.Count == 0 ? "has no tokens; the model needs at least one." : null;
    }
}
