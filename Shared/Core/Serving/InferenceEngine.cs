using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Rill.Telemetry;

namespace Rill.Serving;

/// <summary>
/// Runs a model for many requests at once. One thread of its own owns the runner and the scheduler; requests reach it through queues and
/// get their tokens through a <see cref="TokenStream"/> each. An idle engine blocks. All members may be called from any thread.
/// </summary>
public sealed class InferenceEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly IModelRunner _runner;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Scheduler _scheduler;
    private readonly AdmissionGate _gate;
    private readonly SequenceJournal _journal;
    private readonly EngineLoop _loop;
    private long _lastId;
    private int _drains;

    /// <summary>Starts the engine's thread. The engine disposes the runner when it is disposed itself.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="options">Limits and policies.</param>
    /// <param name="logger">Where sequences and steps are logged.</param>
    /// <param name="time">The clock of the measurements.</param>
    /// <param name="metrics">Where they go.</param>
    /// <param name="drafts">Guesses what sequences go on with; null for what their constraints guess, if the runner takes drafts.</param>
    public InferenceEngine(
        IModelRunner runner, EngineOptions options, ILogger<InferenceEngine> logger, TimeProvider time, RillMetrics metrics,
        IDraftSource? drafts = null)
    {
        _options = options;
        _runner = runner;
        _logger = logger;
        _time = time;
        _scheduler = new Scheduler(runner.Limits, options, drafts, new ConstraintReadiness(() => _loop!.Wake()));
        _gate = new AdmissionGate(MaxPlaces, options.MaxQueuedTokens);
        _journal = new SequenceJournal(metrics, logger, time);
        _loop = new EngineLoop(runner, _scheduler, _gate, _journal, time);
        metrics.ObserveEngine(() => Running, () => Waiting, () => KvUsage);
        _loop.Start();
    }

    /// <summary>Whether the engine takes and does work.</summary>
    public EngineState State
        => _loop.HasStopped ? EngineState.Stopped
        : _gate.IsClosed ? EngineState.Draining
        : _loop.Failures >= _options.FaultedAfterFailures ? EngineState.Faulted
        : EngineState.Ready;

    /// <summary>Sequences that run.</summary>
    public int Running => _gate.Running;

    /// <summary>Places that are reserved, and sequences that wait.</summary>
    public int Waiting => _gate.Waiting;

    /// <summary>Part of the KV memory that running sequences hold, in [0, 1].</summary>
    public double KvUsage => _loop.KvUsage;

    /// <summary>Most tokens of a sequence, prompt and completion: the context, or what the KV memory holds if that is less.</summary>
    public int MaxSequenceLength => _scheduler.MaxLength;

    /// <summary>Most sequences that run and wait together: more than that no request ever gets.</summary>
    public int MaxPlaces => _scheduler.MaxRunning + _options.MaxQueuedRequests;

    /// <summary>
    /// Takes places for a request before its prompt is tokenized. <paramref name="promptTokens"/> may be an estimate, which
    /// <see cref="Reservation.Correct"/> replaces; one beyond the context is taken for the context. Choices share the prompt, so it
    /// counts once.
    /// </summary>
    public bool TryReserve(
        int sequences,
        int promptTokens,
        [NotNullWhen(true)] out Reservation? reservation,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        if (TryEnter(sequences, promptTokens, out reservation, out rejection))
        {
            return true;
        }

        _journal.Rejected(rejection.Reason);
        return false;
    }

    /// <summary>
    /// Takes a place for one more sequence of a request that is being served. A refusal is not counted, since no request is refused by it:
    /// the caller waits for its turn, unless the engine drains.
    /// </summary>
    public bool TryReserveNext(
        int promptTokens, [NotNullWhen(true)] out Reservation? reservation, [NotNullWhen(false)] out Rejection? rejection) =>
        TryEnter(1, promptTokens, out reservation, out rejection);

    private bool TryEnter(
        int sequences,
        int promptTokens,
        [NotNullWhen(true)] out Reservation? reservation,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(promptTokens);

        // What is longer is refused once it is tokenized: it must not keep others out until then. Whom a key or a connection keeps out by
        // many requests is for HTTP to bound: the gate does not know who asks.
        promptTokens = Math.Min(promptTokens, MaxSequenceLength);
        if (_gate.TryEnter(sequences, promptTokens, out rejection))
        {
            reservation = new Reservation(_gate, sequences, promptTokens, _time.GetTimestamp());
            return true;
        }

        reservation = null;
        return false;
    }

    /// <summary>
    /// Submits one sequence on one place of the reservation; call it once for each choice. Choices with the same prompt compute it once
    /// if the prefix cache is on. Cancelling the token aborts this sequence with the cause <see cref="AbortCause.Client"/>. The
    /// reservation aborts it when it is disposed before <see cref="Reservation.HandOver"/>.
    /// </summary>
    /// <exception cref="EngineFaultException">The prompt cannot fit.</exception>
    public TokenStream Submit(
        Reservation reservation, IReadOnlyList<int> prompt, SamplingParameters parameters, CancellationToken cancellationToken)
        => Submit(reservation, new SequenceRequest(prompt) { Parameters = parameters }, cancellationToken);

    /// <summary>The same with everything that a sequence may have.</summary>
    /// <exception cref="EngineFaultException">The prompt cannot fit.</exception>
    public TokenStream Submit(Reservation reservation, SequenceRequest request, CancellationToken cancellationToken)
    {
        _scheduler.ThrowIfTooLong(request.Prompt.Count, request.Work);
        var stream = new TokenStream(_loop, NewMailbox(), reservation, _time)
        {
            Id = Interlocked.Increment(ref _lastId),
        };
        stream.Sequence = new Sequence(stream.Id, request.Prompt, request.Parameters)
        {
            Stream = stream,
            Work = request.Work,
            Constraint = request.Constraint,
            CacheSalt = request.SaltWithAdapter,
            Adapter = request.Adapter,
            PromptSource = reservation.SourceOf(request),
        };
        reservation.Note(stream, request);
        _loop.Submit(stream);
        stream.AbortOn(cancellationToken);
        return stream;
    }

    /// <summary>Computes one sequence's vector on one place of the reservation, which the caller keeps until then.</summary>
    /// <param name="reservation">Where it takes its place.</param>
    /// <param name="request">What is computed.</param>
    /// <param name="cancellationToken">Ends the sequence.</param>
    /// <param name="cause">Says why, when the token is cancelled; null for <see cref="AbortCause.Client"/>.</param>
    /// <returns>The finish: <see cref="SequenceFinish.Vector"/>, and what the prompt cost.</returns>
    /// <exception cref="ArgumentException">The request is to generate.</exception>
    /// <exception cref="EngineFaultException">The prompt cannot fit, or the sequence failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<SequenceFinish> EmbedAsync(
        Reservation reservation, SequenceRequest request, CancellationToken cancellationToken, Func<AbortCause>? cause = null)
    {
        if (request.Work == SequenceWork.Generate)
        {
            throw new ArgumentException("Only a sequence that embeds has a vector.", nameof(request));
        }

        // The token is not the read's: that would end first, and the sequence then without its cause.
        using var stream = Submit(reservation, request, CancellationToken.None);
        using var abort = cancellationToken.UnsafeRegister(_ => stream.Abort(cause?.Invoke() ?? AbortCause.Client), null);
        return (await stream.ReadAsync(CancellationToken.None).ConfigureAwait(false)).Finish!;
    }

    /// <summary>Reads an adapter beside the steps; sequences may name its number when this returns.</summary>
    /// <inheritdoc cref="IModelRunner.LoadAdapter"/>
    public AdapterSummary LoadAdapter(int number, ModelFiles files) => _runner.LoadAdapter(number, files);

    /// <summary>
    /// Gives an adapter's memory back once the sequences that name it have ended; the caller sees to it that no others come. One that comes
    /// nevertheless fails alone.
    /// </summary>
    /// <returns>Ends when the memory is given back, or with the engine.</returns>
    public Task UnloadAdapterAsync(int number) => _loop.UnloadAdapterAsync(number);

    /// <summary>Refuses new requests from now on; those that have a reservation are still served.</summary>
    public void BeginDrain()
    {
        _gate.Close();
        if (Interlocked.Exchange(ref _drains, 1) == 0)
        {
            _logger.DrainStarted(Running, Waiting);
        }
    }

    /// <summary>Refuses new requests, lets the others finish within the limit, and ends what is left with a fault.</summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        BeginDrain();
        try
        {
            await _gate.WhenEmpty().WaitAsync(limit, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.DrainCutOff(_loop.CutOff());
        }
    }

    /// <summary>Ends every sequence with a fault, ends the thread and disposes the runner.</summary>
    public async ValueTask DisposeAsync()
    {
        _gate.Close();
        _loop.CutOff();
        await _loop.StopAsync().ConfigureAwait(false);
    }

    private TokenMailbox NewMailbox() => _options.SlowReader == SlowReaderPolicy.Pause
        ? new TokenMailbox(_options.PauseAfterTokens, _loop.Wake)
        : new TokenMailbox();
}

/// <summary>Whether the engine takes and does work.</summary>
public enum EngineState
{
    /// <summary>Takes new requests.</summary>
    Ready,

    /// <summary>Refuses new requests and finishes the ones it has.</summary>
    Draining,

    /// <summary>Several steps in a row failed. New work is still tried: one good step makes it ready again.</summary>
    Faulted,

    /// <summary>Disposed: its thread has ended.</summary>
    Stopped,
}
