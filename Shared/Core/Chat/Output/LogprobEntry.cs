using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>The contract's logprob entry of a sampled token: its display text, exact bytes, and alternatives.</summary>
internal static class LogprobEntry
{
    private static readonly TokenLogprobs s_none = new(0, [], []);

    /// <summary>A prompt's entries (<see cref="ChoiceDelta.PromptLogprobs"/>).</summary>
    /// <param name="ids">Its tokens.</param>
    /// <param name="logprobs">Of those behind the first.</param>
    /// <param name="tokenizer">The model's.</param>
    public static IReadOnlyList<TokenLogprob> OfPrompt(IReadOnlyList<int> ids, IReadOnlyList<TokenLogprobs> logprobs, ITokenizer tokenizer) =>
        [.. ids.Select((id, index) => Of(id, index == 0 ? s_none : logprobs[index - 1], tokenizer))];

    /// <summary>Names ids by their text; a token that is a part of a character has a lossy text, and its bytes are exact.</summary>
    public static TokenLogprob Of(int tokenId, TokenLogprobs logprobs, ITokenizer tokenizer)
    {
        var alternatives = logprobs.TopIds.Zip(logprobs.TopLogprobs, (id, logprob) =>
            new TopLogprob(TokenText.Display(tokenizer, id), logprob, TokenText.Bytes(tokenizer, id)));
        return new TokenLogprob(
            TokenText.Display(tokenizer, tokenId), logprobs.Logprob, TokenText.Bytes(tokenizer, tokenId), [.. alternatives])
        {
            HasText = !tokenizer.IsSpecial(tokenId),
        };
    }
}
