using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>
/// Reads one choice: tokens to text (whole characters only), text to parts, stop strings, logprobs, end. One consumer; it owns the token
/// stream and ends the sequence when a stop string matches.
/// </summary>
internal sealed class ChoiceReader : IDisposable
{
    private readonly int _index;
    private readonly TokenStream _tokens;
    private readonly ITokenizer _tokenizer;
    private readonly ChatSettings _settings;
    private readonly IAnswerParser _parser;
    private readonly IncrementalDetokenizer _detokenizer;
    private readonly AnswerParts _parts;
    private List<TokenLogprob>? _logprobs;

    /// <summary>A reader of the choice with this index.</summary>
    public ChoiceReader(int index, TokenStream tokens, ChatModel model, ChatSettings settings)
    {
        (_index, _tokens, _tokenizer, _settings) = (index, tokens, model.Tokenizer, settings);
        _parser = model.NewParser();
        _detokenizer = new(model.Tokenizer, skipSpecialTokens: !_parser.ReadsSpecialTokens);
        _parts = new(settings.StopStrings);
    }

    /// <summary>Tokens of the completion so far, end tokens included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>From the request's arrival to this choice's first token; null before that.</summary>
    public TimeSpan? TimeToFirstToken => _tokens.Timings.TimeToFirstToken;

    /// <summary>Prompt tokens that came from the prefix cache; known once the sequence ran.</summary>
    public int CachedTokens => _tokens.CachedTokens;

    /// <summary>How the choice ended; set with the last delta.</summary>
    public ChoiceFinish? Finish { get; private set; }

    /// <summary>
    /// The next delta that has parts, or the last one. Everything that waits is told at once, so that a slow reader gets fewer,
    /// larger deltas.
    /// </summary>
    /// <exception cref="EngineFaultException">The sequence failed.</exception>
    public async ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var finish = Take(await _tokens.ReadAsync(cancellationToken));
            if (finish is not null || !_parts.IsEmpty)
            {
                Finish = finish;
                var delta = new ChoiceDelta(_index, _parts.Take(), CompletionTokens, _logprobs, finish);
                _logprobs = null;
                return delta;
            }
        }
    }

    /// <summary>Ends the sequence for the given cause if it still runs.</summary>
    public void Abort(AbortCause cause) => _tokens.Abort(cause);

    /// <summary>Ends the sequence if it still runs.</summary>
    public void Dispose() => _tokens.Dispose();

    private ChoiceFinish? Take(in TokenBatch batch)
    {
        var ids = batch.TokenIds.Span;
        for (var i = 0; i < ids.Length; i++)
        {
            NoteToken(ids[i], batch.Logprobs.IsEmpty ? null : batch.Logprobs.Span[i]);
            if (i < ids.Length - 1 || HasText(batch.Finish))
            {
                _parser.Push(ids[i], _detokenizer.Push(ids[i]), _parts);
            }

            if (_parts.Stop is { } stop)
            {
                _tokens.Stop();
                return new ChoiceFinish(FinishReason.Stop, StopReason.OfText(stop));
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
        if (_parts.Stop is { } stop)
        {
            return new ChoiceFinish(FinishReason.Stop, StopReason.OfText(stop));
        }

        _parts.ReleaseHeld();
        return finish switch
        {
            { Reason: SequenceFinishReason.Length } => new ChoiceFinish(FinishReason.Length),
            { EndsWithEos: true } when _parts.HasToolCall => new ChoiceFinish(FinishReason.ToolCalls),
            _ => new ChoiceFinish(FinishReason.Stop, _settings.StopOf(finish)),
        };
    }
}
