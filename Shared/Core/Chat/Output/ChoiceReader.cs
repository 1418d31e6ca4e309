using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>
/// Reads one choice: tokens to text (whole characters only), text to parts, stop strings, logprobs, end. One consumer; it owns the token
/// stream and ends the sequence when a stop string matches.
/// </summary>
internal sealed class ChoiceReader : IChoiceSource
{
    private readonly int _index;
    private readonly TokenStream _tokens;
    private readonly ITokenizer _tokenizer;
    private readonly ChatSettings _settings;
    private readonly IAnswerParser _parser;
    private readonly AnswerRules _rules;
    private readonly IncrementalDetokenizer _detokenizer;
    private readonly AnswerParts _parts;
    private List<TokenLogprob>? _logprobs;
    private IReadOnlyList<int>? _scoredPrompt;    // until its entries are told

    /// <summary>A reader of the choice with this index.</summary>
    /// <param name="index">The choice's index in the answer.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="settings">The request's.</param>
    /// <param name="parser">What splits its text into parts.</param>
    /// <param name="rules">What of the parts is told.</param>
    /// <param name="continuesPrompt">True when its text goes on with the prompt's, so that nothing is dropped where it begins.</param>
    public ChoiceReader(int index, TokenStream tokens, ITokenizer tokenizer, ChatSettings settings, IAnswerParser parser, AnswerRules rules, bool continuesPrompt)
    {
        (_index, _tokens, _tokenizer, _settings, _parser, _rules) = (index, tokens, tokenizer, settings, parser, rules);
        _detokenizer = new(tokenizer, skipSpecialTokens: !parser.ReadsSpecialTokens, continuesText: continuesPrompt);
        _parts = new(settings.StopStrings, rules);
    }

    /// <summary>The prompt's tokens, where they are told with their log-probabilities.</summary>
    public IReadOnlyList<int>? ScoredPrompt
    {
        init => _scoredPrompt = value;
    }

    /// <inheritdoc/>
    public int CompletionTokens { get; private set; }

    /// <inheritdoc/>
    public int ReasoningTokens { get; private set; }

    /// <inheritdoc/>
    public TimeSpan? TimeToFirstToken => _tokens.Timings.TimeToFirstToken;

    /// <inheritdoc/>
    public int CachedTokens => _tokens.CachedTokens;

    /// <inheritdoc/>
    public int? Ahead => _tokens.Ahead;

    /// <inheritdoc/>
    public ChoiceFinish? Finish { get; private set; }

    /// <inheritdoc/>
    public async ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var finish = Take(await _tokens.ReadAsync(cancellationToken));
            if (finish is not null || !_parts.IsEmpty)
            {
                Finish = finish;
                var delta = new ChoiceDelta(_index, _parts.Take(), CompletionTokens, HidesLogprobs ? null : _logprobs, finish)
                {
                    PromptLogprobs = TakePromptLogprobs(),
                };
                _logprobs = null;
                return delta;
            }
        }
    }

    /// <inheritdoc/>
    public void Abort(AbortCause cause) => _tokens.Abort(cause);

    /// <inheritdoc/>
    public void Dispose() => _tokens.Dispose();

    private bool HidesLogprobs => !_rules.TellsReasoning && (_parts.HasReasoning || _parser.IsReasoning);

    private IReadOnlyList<TokenLogprob>? TakePromptLogprobs()
    {
        var entries = _scoredPrompt is null ? null : LogprobEntry.OfPrompt(_scoredPrompt, _tokens.PromptLogprobs, _tokenizer);
        _scoredPrompt = null;
        return entries;
    }

    private ChoiceFinish? Take(in TokenBatch batch)
    {
        var ids = batch.TokenIds.Span;
        for (var i = 0; i < ids.Length; i++)
        {
            NoteToken(ids[i], batch.Logprobs.IsEmpty ? null : batch.Logprobs.Span[i]);
            if (i < ids.Length - 1 || HasText(batch.Finish))
            {
                ReasoningTokens += _parser.IsReasoning ? 1 : 0;
                _parser.Push(ids[i], _detokenizer.Push(ids[i]), _parts);
            }

            if (_parts.IsOver)
            {
                _tokens.Stop();
                _parts.Finish();
                return FinishOfParts();
            }
        }

        return batch.Finish is { } finish ? Close(finish) : null;
    }

    /// <summary>
    /// Whether a batch's last token is text: an end token of the model is not, also where it is an ordinary token, nor is one that stands
    /// for a stop string.
    /// </summary>
    private bool HasText(SequenceFinish? finish) => finish is null || (!finish.EndsWithEos && _settings.StopOf(finish) is not { Text: not null });

    private void NoteToken(int tokenId, TokenLogprobs? logprobs)
    {
        CompletionTokens++;
        _parts.LooksForStops = _settings.Sampling.MayEndWith(CompletionTokens);
        if (logprobs is not null)
        {
            (_logprobs ??= []).Add(LogprobEntry.Of(tokenId, logprobs, _tokenizer));
        }
    }

    private ChoiceFinish Close(SequenceFinish finish)
    {
        _parser.Flush(_detokenizer.Flush(), _parts);
        _parts.Finish();
        if (_parts.IsOver)
        {
            return FinishOfParts();
        }

        var stop = _settings.StopOf(finish);
        return finish.Reason == SequenceFinishReason.Length ? new ChoiceFinish(FinishReason.Length)
            : _parts.HasToolCall && stop is null ? new ChoiceFinish(_rules.ToolFinish)
            : new ChoiceFinish(FinishReason.Stop, stop);
    }

    private ChoiceFinish FinishOfParts() =>
        _parts.Stop is { } stop ? new(FinishReason.Stop, StopReason.OfText(stop)) : new(_rules.ToolFinish);
}
