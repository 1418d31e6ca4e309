using Microsoft.Extensions.Logging;
using Rill.Telemetry;

namespace Rill.Serving;

/// <summary>Writes the life of sequences into metrics and logs. Called by the engine's thread, except where a comment says otherwise.</summary>
internal sealed class SequenceJournal(RillMetrics metrics, ILogger logger, TimeProvider time)
{
    private long _preemptions;

    /// <summary>Any thread.</summary>
    public void Rejected(RejectionReason reason)
        => metrics.QueueRejected(reason == RejectionReason.Draining ? RillMetrics.Draining : RillMetrics.QueueFull);

    public void Started(TokenStream stream)
    {
        metrics.QueueTime.Record(Seconds(stream.SubmittedAt, stream.ScheduledAt));
        metrics.PrefixCacheQueries.Add(stream.PromptTokens);
        metrics.PrefixCacheHits.Add(stream.Sequence.CachedTokens);
    }

    /// <summary>A step gave this many tokens at once, possibly none.</summary>
    public void Sampled(TokenStream stream, int tokens, long now)
    {
        if (tokens == 0)
        {
            return;
        }

        if (stream.FirstTokenAt == 0)
        {
            stream.FirstTokenAt = now;
            metrics.TimeToFirstToken.Record(Seconds(stream.ArrivedAt, now));
            if (metrics.Start.Mark(StartPhase.FirstToken))
            {
                logger.FirstToken(metrics.Start);
            }

            Prefilled(stream, now);
        }
        else
        {
            var latency = Seconds(stream.LastTokenAt, now) / tokens;
            for (var i = 0; i < tokens; i++)
            {
                metrics.InterTokenLatency.Record(latency);
            }
        }

        stream.LastTokenAt = now;
    }

    public void Stepped(StepCounts counts, long preemptions)
    {
        metrics.IterationTokens.Record(counts.Computed);
        metrics.GenerationTokens.Add(counts.Sampled);
        metrics.DraftTokens.Add(counts.Drafted);
        metrics.AcceptedDraftTokens.Add(counts.Accepted);
        if (preemptions > _preemptions)
        {
            metrics.Preemptions.Add(preemptions - _preemptions);
            _preemptions = preemptions;
        }
    }

    public void Stalled() => metrics.StreamStalled.Add(1);

    public void Finished(TokenStream stream, SequenceFinish finish, long now)
    {
        if (finish.Vector is not null)
        {
            Prefilled(stream, now);
            stream.LastTokenAt = now;
        }

        Completed(stream, finish.Reason == SequenceFinishReason.Stop ? "stop" : "length");
    }

    /// <summary>Any thread for the phase queue.</summary>
    public void Aborted(TokenStream stream, string phase)
    {
        if (stream.EndedByText)
        {
            Completed(stream, "stop");
            return;
        }

        var cause = Label(stream.AbortCause);
        metrics.SequenceEnded("abort");
        metrics.StreamAborted(phase, cause);
        logger.SequenceAborted(stream.Id, phase, cause, stream.PromptTokens, stream.Sequence.CompletionLength);
    }

    public void Failed() => metrics.SequenceEnded("error");

    public void SequenceFailed(SequenceFaultException fault)
        => logger.SequenceFailed(fault, fault.Sequence.Id, fault.Sequence.CompletionLength);

    public void StepFailed(Exception exception, int sequences, int failures) => logger.StepFailed(exception, sequences, failures);

    private static string Label(AbortCause cause) => cause switch
    {
        AbortCause.Deadline => "deadline",
        AbortCause.WriteTimeout => "write_timeout",
        AbortCause.Shutdown => "shutdown",
        AbortCause.Error => "error",
        _ => "client",
    };

    private void Completed(TokenStream stream, string reason)
    {
        var completionTokens = stream.Sequence.CompletionLength;
        metrics.SequenceEnded(reason);
        metrics.EndToEndLatency.Record(Seconds(stream.ArrivedAt, stream.LastTokenAt));
        metrics.InferenceTime.Record(Seconds(stream.ScheduledAt, stream.LastTokenAt));
        metrics.RequestPromptTokens.Record(stream.PromptTokens);
        if (completionTokens > 0)
        {
            metrics.DecodeTime.Record(Seconds(stream.FirstTokenAt, stream.LastTokenAt));
            metrics.RequestGenerationTokens.Record(completionTokens);
        }

        logger.SequenceFinished(stream.Id, reason, stream.PromptTokens, completionTokens);
    }

    private void Prefilled(TokenStream stream, long now)
    {
        metrics.PrefillTime.Record(Seconds(stream.ScheduledAt, now));
        metrics.PromptTokens.Add(stream.PromptTokens);
        metrics.PromptTokensCached.Add(stream.Sequence.CachedTokens);
    }

    private double Seconds(long from, long to) => time.GetElapsedTime(from, to).TotalSeconds;
}
