using System.Collections.Concurrent;

namespace Rill.Serving;

/// <summary>
/// The engine's thread: takes arrivals and aborts at the boundary of a step, lets a <see cref="StepPipeline"/> make the step, publishes. Only it
/// touches the scheduler and the runner. A failing step ends its own sequences and never the loop.
/// </summary>
internal sealed class EngineLoop(
    IModelRunner runner, Scheduler scheduler, AdmissionGate gate, SequenceJournal journal, TimeProvider time) : IStepObserver
{
    private readonly ConcurrentQueue<TokenStream> _arrivals = new();
    private readonly ConcurrentQueue<TokenStream> _aborts = new();
    private readonly ConcurrentDictionary<long, TokenStream> _streams = new();
    private readonly AdapterUnloads _unloads = new(runner, scheduler);
    private readonly WakeSignal _wake = new();
    private readonly ReaderDispatch _readers = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _kvUsage;
    private int _failures;
    private bool _cutOff;
    private bool _stopping;

    /// <summary>Failed steps in a row.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public double KvUsage => Volatile.Read(ref _kvUsage);

    public bool HasStopped => _stopped.Task.IsCompleted;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "Rill engine" }.Start();

    /// <summary>Hands a sequence to the thread.</summary>
    public void Submit(TokenStream stream)
    {
        _streams[stream.Id] = stream;
        _arrivals.Enqueue(stream);
        Wake();
        if (Volatile.Read(ref _cutOff))
        {
            EndForShutdown(stream);
        }
    }

    /// <summary>Ends a sequence: it leaves the queue here and now, or its slot at the next step's boundary.</summary>
    public void Abort(TokenStream stream)
    {
        if (stream.TryLeaveQueue())
        {
            gate.Leave(1, stream.QueuedTokens);
            Forget(stream);
            journal.Aborted(stream, "queue");
        }

        _aborts.Enqueue(stream);
        Wake();
    }

    /// <summary>Sequences that wait and came before this one. From any thread; a count of the moment.</summary>
    public int CountQueuedBefore(TokenStream stream) => _streams.Count(other => other.Key < stream.Id && other.Value.IsQueued);

    /// <summary>Has an adapter unloaded at the first boundary of a step at which no sequence names it.</summary>
    public Task UnloadAdapterAsync(int number)
    {
        var unloaded = _unloads.Add(number);
        Wake();
        return unloaded;
    }

    /// <summary>Lets the thread look for work: a paused sequence may go on.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends every sequence, and every one that still arrives, with a fault. Returns their number.</summary>
    public int CutOff()
    {
        Volatile.Write(ref _cutOff, true);
        var streams = _streams.Values;
        foreach (var stream in streams)
        {
            EndForShutdown(stream);
        }

        return streams.Count;
    }

    /// <summary>Ends the thread after its current step; the runner is disposed by then.</summary>
    public Task StopAsync()
    {
        Volatile.Write(ref _stopping, true);
        Wake();
        return _stopped.Task;
    }

    void IStepObserver.Launching(StepBatch batch, long now)
    {
        foreach (var step in batch.Steps)
        {
            var stream = step.Sequence.Stream!;
            if (stream.ScheduledAt == 0 && stream.TryStart())
            {
                stream.ScheduledAt = now;
                gate.Start(stream.QueuedTokens);
                journal.Started(stream);
            }
        }
    }

    void IStepObserver.Collected(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, long now, TimeSpan elapsed)
    {
        if (batch.Steps.Count > 0)
        {
            Volatile.Write(ref _failures, 0);
        }

        foreach (var update in updates)
        {
            Publish(update, now);
        }

        _readers.Flush();
        NoteStep(batch, updates, elapsed);
    }

    void IStepObserver.SequenceFailed(SequenceFaultException fault)
    {
        journal.SequenceFailed(fault);
        Fail(fault.Sequence, fault.Message, fault);
    }

    void IStepObserver.StepFailed(StepBatch batch, Exception exception)
    {
        Volatile.Write(ref _failures, _failures + 1);
        journal.StepFailed(exception, batch.Steps.Count, _failures);
        foreach (var step in batch.Steps)
        {
            Fail(step.Sequence, "The model failed while it generated. Please send the request again.", exception);
        }
    }

    private static void EndForShutdown(TokenStream stream) => stream.End(
        AbortCause.Shutdown, new EngineFaultException(EngineFaultKind.ShuttingDown, "The server is shutting down."));

    private void Run()
    {
        var pipeline = new StepPipeline(runner, scheduler, this, time);
        while (!Volatile.Read(ref _stopping))
        {
            TakeArrivals();
            DropAborted();
            _unloads.Run();
            if (!pipeline.Advance())
            {
                _wake.Wait();
            }
        }

        pipeline.Discard();
        TakeArrivals();
        DropAborted();
        runner.Dispose();
        _unloads.End();
        _stopped.SetResult();
    }

    private void TakeArrivals()
    {
        while (_arrivals.TryDequeue(out var stream))
        {
            if (!stream.Sequence.IsAborted)
            {
                scheduler.Add(stream.Sequence);
            }
        }
    }

    private void DropAborted()
    {
        while (_aborts.TryDequeue(out var stream))
        {
            scheduler.Remove(stream.Sequence);
            if (stream.TryFinish())
            {
                var phase = stream.FirstTokenAt == 0 ? "prefill" : "decode";
                Leave(stream);
                journal.Aborted(stream, phase);
            }
        }

        Volatile.Write(ref _kvUsage, scheduler.Blocks.Usage);
    }

    private void Fail(Sequence sequence, string message, Exception exception)
    {
        var stream = sequence.Stream!;
        stream.Mailbox.Fail(new EngineFaultException(EngineFaultKind.Internal, message, exception));
        if (stream.TryFinish())
        {
            Leave(stream);
            journal.Failed();
        }
    }

    private void Publish(SequenceUpdate update, long now)
    {
        var (sequence, tokens, fault) = update;
        var stream = sequence.Stream!;
        if (!stream.IsRunning)
        {
            return;
        }

        journal.Sampled(stream, tokens.Length, now);
        if (sequence.Finish is { } finish && stream.TryFinish())
        {
            Leave(stream);
            journal.Finished(stream, finish, now);
        }

        if (stream.Mailbox.Post(tokens.Span, sequence.Finish, _readers))
        {
            journal.Stalled();
        }

        if (fault is not null)
        {
            journal.SequenceFailed(fault);
            Fail(sequence, fault.Message, fault);
        }
    }

    private void NoteStep(StepBatch batch, IReadOnlyList<SequenceUpdate> updates, TimeSpan elapsed)
    {
        var counts = StepCounts.Of(batch, updates);
        if (counts.Computed > 0)
        {
            gate.AddStep(counts.Kept, elapsed);
            journal.Stepped(counts, scheduler.Preemptions);
        }
    }

    private void Leave(TokenStream stream)
    {
        Forget(stream);
        gate.End(stream.Sequence.CompletionLength);
    }

    private void Forget(TokenStream stream) => _streams.TryRemove(stream.Id, out _);
}
