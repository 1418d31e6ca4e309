using System.Text;
using Rill.OpenAI;
using Rill.Serving;
using Rill.Text;

namespace Rill.Chat.Output;

/// <summary>
/// Reads one choice: tokens to text (whole characters only), stop strings, logprobs, end. One consumer; it owns the token stream
/// and ends the sequence when a stop string matches.
/// </summary>
internal sealed class ChoiceReader(int index, TokenStream tokens, ChatModel model, ChatSettings settings) : IDisposable
{
    private readonly IncrementalDetokenizer _detokenizer = new(model.Tokenizer);
    private readonly StopChecker _stops = new(settings.StopStrings);
    private readonly StringBuilder _text = new();
    private List<TokenLogprob>? _logprobs;

    /// <summary>Tokens of the completion so far, end tokens included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>From the request's arrival to this choice's first token; null before that.</summary>
    public TimeSpan? TimeToFirstToken => tokens.Timings.TimeToFirstToken;

    /// <summary>Prompt tokens that came from the prefix cache; known once the sequence ran.</summary>
    public int CachedTokens => tokens.CachedTokens;

    /// <summary>How the choice ended; set with the last delta.</summary>
    public ChoiceFinish? Finish { get; private set; }

    /// <summary>
    /// The next delta that has text, or the last one. Everything that waits is told at once, so that a slow reader gets fewer,
    /// larger deltas.
    /// </summary>
    /// <exception cref="EngineFaultException">The sequence failed.</exception>
    public async ValueTask<ChoiceDelta> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var finish = Take(await tokens.ReadAsync(cancellationToken));
            if (finish is not null || _text.Length > 0)
            {
                Finish = finish;
                return Tell(finish);
            }
        }
    }

    /// <summary>Ends the sequence for the given cause if it still runs.</summary>
    public void Abort(AbortCause cause) => tokens.Abort(cause);

    /// <summary>Ends the sequence if it still runs.</summary>
    public void Dispose() => tokens.Dispose();

    private ChoiceFinish? Take(in TokenBatch batch)
    {
        var ids = batch.TokenIds.Span;
        for (var i = 0; i < ids.Length; i++)
        {
            // An end token of the model has no text, also where it is an ordinary token.
            var hasText = !(batch.Finish is { EndsWithEos: true } && i == ids.Length - 1);
            var logprobs = batch.Logprobs.IsEmpty ? null : batch.Logprobs.Span[i];
            if (TakeToken(ids[i], logprobs, hasText) is { } stop)
            {
                tokens.Stop();
                return new ChoiceFinish(FinishReason.Stop, StopReason.OfText(stop));
            }
        }

        return batch.Finish is { } finish ? Close(finish) : null;
    }

    /// <summary>The stop string that this token completed, or null.</summary>
    private string? TakeToken(int tokenId, TokenLogprobs? logprobs, bool hasText)
    {
        CompletionTokens++;
        if (logprobs is not null)
        {
            (_logprobs ??= []).Add(LogprobEntry.Of(tokenId, logprobs, model.Tokenizer));
        }

        if (!hasText)
        {
            return null;
        }

        var (text, stop) = _stops.Push(_detokenizer.Push(tokenId));
        _text.Append(text);
        return stop;
    }

    private ChoiceFinish Close(SequenceFinish finish)
    {
        var (text, stop) = _stops.Push(_detokenizer.Flush());
        _text.Append(text);
        if (stop is not null)
        {
            return new ChoiceFinish(FinishReason.Stop, StopReason.OfText(stop));
        }

        _text.Append(_stops.Flush());
        return finish.Reason == SequenceFinishReason.Length
            ? new ChoiceFinish(FinishReason.Length)
            : new ChoiceFinish(FinishReason.Stop, finish.StopTokenId is { } id ? StopReason.OfToken(id) : null);
    }

    private ChoiceDelta Tell(ChoiceFinish? finish)
    {
        var delta = new ChoiceDelta(index, _text.ToString(), CompletionTokens, _logprobs, finish);
        _text.Clear();
        _logprobs = null;
        return delta;
    }
}
