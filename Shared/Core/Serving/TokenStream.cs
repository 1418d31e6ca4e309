using System.Diagnostics.CodeAnalysis;

namespace Rill.Serving;

/// <summary>
/// The tokens of one sequence, for a single reader. Reading may lag behind: what has piled up comes at once. Disposing it cancels the
/// sequence if it still goes on. All members may be called from any thread; <see cref="ReadAsync"/> by one caller at a time.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "A stream in the domain's sense; nobody takes it for a System.IO.Stream.")]
public sealed class TokenStream : IDisposable
{
    private const int Queued = 0, Running = 1, Ended = 2;

    private readonly EngineLoop _loop;
    private readonly TimeProvider _time;
    private CancellationTokenRegistration _cancellation;
    private int _phase;
    private long _scheduledAt, _firstTokenAt;

    internal TokenStream(EngineLoop loop, TokenMailbox mailbox, Reservation reservation, TimeProvider time)
    {
        _loop = loop;
        _time = time;
        Mailbox = mailbox;
        ArrivedAt = reservation.ArrivedAt;
        SubmittedAt = time.GetTimestamp();
        QueuedTokens = reservation.Take();
    }

    /// <summary>The sequence's id, unique within the process.</summary>
    public required long Id { get; init; }

    /// <summary>Tokens in the prompt.</summary>
    public int PromptTokens => Sequence.PromptLength;

    /// <summary>Prompt tokens that came from the prefix cache; 0 until the sequence runs.</summary>
    public int CachedTokens => Sequence.CachedTokens;

    /// <summary>
    /// For <see cref="SamplingParameters.ScoresPrompt"/>: of the prompt's tokens behind the first one, in order. All of them, and theirs for good, once
    /// a token was read.
    /// </summary>
    public IReadOnlyList<TokenLogprobs> PromptLogprobs => Sequence.PromptLogprobs;

    /// <summary>Where the time went so far.</summary>
    public SequenceTimings Timings => new(
        Between(SubmittedAt, ScheduledAt), Between(ScheduledAt, FirstTokenAt), Between(ArrivedAt, FirstTokenAt));

    /// <summary>Sequences that came before this one and wait like it; null once it runs or has ended.</summary>
    public int? Ahead => IsQueued ? _loop.CountQueuedBefore(this) : null;

    internal Sequence Sequence { get; set; } = null!;

    internal TokenMailbox Mailbox { get; }

    /// <summary>Prompt tokens that this stream counts for in the queue.</summary>
    internal int QueuedTokens { get; }

    internal long ArrivedAt { get; }

    internal long SubmittedAt { get; }

    internal long ScheduledAt
    {
        get => Volatile.Read(ref _scheduledAt);
        set => Volatile.Write(ref _scheduledAt, value);
    }

    internal long FirstTokenAt
    {
        get => Volatile.Read(ref _firstTokenAt);
        set => Volatile.Write(ref _firstTokenAt, value);
    }

    internal long LastTokenAt { get; set; }

    internal AbortCause AbortCause { get; private set; }

    internal bool EndedByText { get; private set; }

    /// <summary>True between its first step and its end; a sequence that was aborted in the queue may be computed once without running.</summary>
    internal bool IsRunning => Volatile.Read(ref _phase) == Running;

    /// <summary>True until its first step, or its end before that.</summary>
    internal bool IsQueued => Volatile.Read(ref _phase) == Queued;

    /// <summary>
    /// Takes all tokens since the last read, waiting for at least one. The batch that carries <see cref="TokenBatch.Finish"/> is the last.
    /// </summary>
    /// <exception cref="EngineFaultException">The sequence failed, or the engine shut down.</exception>
    /// <exception cref="OperationCanceledException">The read or the sequence was cancelled.</exception>
    public ValueTask<TokenBatch> ReadAsync(CancellationToken cancellationToken = default) => Mailbox.ReadAsync(cancellationToken);

    /// <summary>
    /// Cancels this sequence only: it leaves the queue at once, or its memory at the next step's boundary. A read then throws
    /// <see cref="OperationCanceledException"/>. Idempotent, and without effect after the end.
    /// </summary>
    public void Abort(AbortCause cause = AbortCause.Client) => End(cause, new OperationCanceledException("The sequence was cancelled."));

    /// <summary>Ends the sequence because its text is complete (a stop string); counted as a stop, not as an abort. Idempotent.</summary>
    public void Stop()
    {
        EndedByText = FirstTokenAt != 0;
        Abort();
    }

    /// <summary>Cancels the sequence if it still goes on.</summary>
    public void Dispose()
    {
        _cancellation.Dispose();
        Abort();
    }

    internal void AbortOn(CancellationToken cancellationToken)
        => _cancellation = cancellationToken.UnsafeRegister(static stream => ((TokenStream)stream!).Abort(), this);

    internal void End(AbortCause cause, Exception fault)
    {
        if (Volatile.Read(ref _phase) == Ended || Sequence.IsAborted)
        {
            return;
        }

        // Marked before the reader is told, which may dispose this there and then: the first cause is the one that counts.
        AbortCause = cause;
        Sequence.Abort();
        Mailbox.Fail(fault);
        _loop.Abort(this);
    }

    /// <summary>Queued to running; false when it was aborted before.</summary>
    internal bool TryStart() => Interlocked.CompareExchange(ref _phase, Running, Queued) == Queued;

    /// <summary>Queued to ended; false when it runs or has ended.</summary>
    internal bool TryLeaveQueue() => Interlocked.CompareExchange(ref _phase, Ended, Queued) == Queued;

    /// <summary>Running to ended; true once.</summary>
    internal bool TryFinish() => Interlocked.CompareExchange(ref _phase, Ended, Running) == Running;

    private TimeSpan? Between(long from, long to) => to == 0 ? null : _time.GetElapsedTime(from, to);
}

/// <summary>
/// All tokens of one sequence since the previous read. Every sampled token is delivered once, also the one that ends the sequence: a
/// matched stop token is output like any other, an end token (see <see cref="SequenceFinish.EndsWithEos"/>) has no text.
/// The memory is valid until the next read of the same stream.
/// </summary>
/// <param name="TokenIds">Token ids in order; at least one, except in a last batch.</param>
/// <param name="Logprobs">One entry for each token when the sequence asked for logprobs, otherwise empty.</param>
/// <param name="Finish">Not null in the last batch.</param>
public readonly record struct TokenBatch(ReadOnlyMemory<int> TokenIds, ReadOnlyMemory<TokenLogprobs> Logprobs, SequenceFinish? Finish);

/// <summary>Where a sequence's time went; null for what has not happened yet.</summary>
/// <param name="Queue">From submission to the first step that computed it.</param>
/// <param name="Prefill">From that step to the first token.</param>
/// <param name="TimeToFirstToken">From the reservation, which precedes tokenizing, to the first token.</param>
public readonly record struct SequenceTimings(TimeSpan? Queue, TimeSpan? Prefill, TimeSpan? TimeToFirstToken);

/// <summary>Why a sequence is cancelled; the `cause` label of rill.stream_abort.</summary>
public enum AbortCause
{
    /// <summary>The client closed its connection, or the request was cancelled.</summary>
    Client,

    /// <summary>The request's deadline passed.</summary>
    Deadline,

    /// <summary>The client took nothing for longer than the write timeout.</summary>
    WriteTimeout,

    /// <summary>The process shuts down.</summary>
    Shutdown,

    /// <summary>Another part of the same request failed.</summary>
    Error,
}
