using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// Threads that share the phases of a step with the thread that runs it. A phase is a number of pieces which whoever is free claims one
/// by one, so a thread whose core was taken away holds up one piece at most, and a phase never waits for a thread that has not come.
/// Helpers spin shortly after a phase, because the next one follows within microseconds, and then block. When one keeps the others
/// waiting, its core is wanted elsewhere (by the requests of a loaded server, say): the team then does without one helper for as long as
/// it was kept waiting.
/// <para>One thread at a time may call <see cref="Run"/>; pieces must not call it.</para>
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Most pieces of a phase.</summary>
    public const int MostPieces = (1 << CountBits) - 1;

    // About 5 microseconds of kernel work; opening a phase for a helper that spins costs about one.
    private const long PieceCost = 64 * 1024;

    private const int CountBits = 20;
    private const long CountMask = MostPieces;

    // A wake-up costs 5 to 50 microseconds; a decoding step's phases follow each other in less.
    private static readonly long s_spinTicks = Stopwatch.Frequency / 10_000;     // 100 microseconds
    private static readonly long s_lateTicks = Stopwatch.Frequency / 3_000;      // a third of a millisecond beyond the phase's own length

    private readonly Helper[] _helpers;
    private readonly Parking _caller = new();
    private readonly Func<bool> _finished;

    // phase number | pieces | pieces claimed: in one word, so that nobody claims a piece of another phase than he has read.
    private long _state;
    private Action<int> _piece = _ => { };
    private int _unfinished;
    private Exception? _failure;
    private int _awake;
    private long _restUntil;
    private volatile bool _disposed;

    /// <summary>Starts the helpers, which sleep until there is work.</summary>
    /// <param name="threads">Threads with the caller's own, at least 1.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _finished = () => Volatile.Read(ref _unfinished) == 0;
        _awake = threads - 1;
        _helpers = [.. Enumerable.Range(0, threads - 1).Select(number => new Helper(this, number))];
    }

    /// <summary>Threads of the team, the caller's own among them.</summary>
    public int Threads => _helpers.Length + 1;

    /// <summary>Shares a phase's outputs into pieces, each of which outweighs claiming it.</summary>
    /// <param name="size">Number of outputs.</param>
    /// <param name="multiple">Pieces begin at multiples of this.</param>
    /// <param name="cost">Multiply-adds of the whole phase, roughly.</param>
    public PieceSplit Split(int size, int multiple, long cost) => PieceSplit.Of(size, multiple, Threads, Math.Max(1, cost / PieceCost));

    /// <summary>Runs <paramref name="item"/> for 0 to <paramref name="count"/> - 1, on all threads if the work outweighs waking them.</summary>
    /// <param name="count">Number of items, at most <see cref="MostPieces"/>.</param>
    /// <param name="cost">Multiply-adds of all items together, roughly.</param>
    /// <param name="item">Gets the item's number. Items must not touch one another's results.</param>
    public void Run(int count, long cost, Action<int> item)
    {
        if (cost >= 2 * PieceCost)
        {
            Run(count, item);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            item(i);
        }
    }

    /// <summary>Runs <paramref name="piece"/> for 0 to <paramref name="pieces"/> - 1, in any order and on any of the threads.</summary>
    /// <param name="pieces">At most <see cref="MostPieces"/>; 0 for nothing.</param>
    /// <param name="piece">Gets the piece's number. Pieces must not touch one another's results.</param>
    /// <exception cref="Exception">What a piece threw, the first of them; other pieces may have run or not.</exception>
    public void Run(int pieces, Action<int> piece)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pieces, MostPieces);
        if (pieces < 2 || _helpers.Length == 0)
        {
            for (var i = 0; i < pieces; i++)
            {
                piece(i);
            }

            return;
        }

        var opened = Stopwatch.GetTimestamp();
        Open(pieces, piece, opened);
        WorkOff();
        AwaitHelpers(opened);
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends the helpers.</summary>
    public void Dispose()
    {
        _disposed = true;
        Interlocked.MemoryBarrier();    // whoever parks from here on sees it
        foreach (var helper in _helpers)
        {
            helper.Parking.Wake();
            helper.Thread.Join();
        }
    }

    private void Open(int pieces, Action<int> piece, long now)
    {
        if (_awake < _helpers.Length && now > _restUntil)
        {
            _awake = _helpers.Length;
        }

        _piece = piece;
        _unfinished = pieces;
        var phase = (_state >> (2 * CountBits)) + 1;
        Interlocked.Exchange(ref _state, (phase << (2 * CountBits)) | ((long)pieces << CountBits));
        for (var i = 0; i < Math.Min(_awake, pieces - 1); i++)
        {
            _helpers[i].Parking.Wake();
        }
    }

    private static bool HasPieces(long state) => (state & CountMask) < ((state >> CountBits) & CountMask);

    private void WorkOff()
    {
        for (var state = Volatile.Read(ref _state); HasPieces(state); state = Volatile.Read(ref _state))
        {
            var piece = Volatile.Read(ref _piece);
            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state)
            {
                continue;
            }

            try
            {
                piece((int)(state & CountMask));
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref _failure, failure, null);
            }

            if (Interlocked.Decrement(ref _unfinished) == 0)
            {
                _caller.Wake();
            }
        }
    }

    private void AwaitHelpers(long opened)
    {
        if (_finished())
        {
            return;
        }

        var worked = Stopwatch.GetTimestamp();
        _caller.WaitUntil(_finished, worked);
        var now = Stopwatch.GetTimestamp();
        if (now - worked > s_lateTicks + (worked - opened))
        {
            Volatile.Write(ref _awake, Math.Max(0, _awake - 1));
            _restUntil = now + (now - worked);
        }
    }

    /// <summary>A place where one thread waits for a condition, spinning first.</summary>
    private sealed class Parking
    {
        private readonly object _gate = new();
        private int _parked;
        private bool _woken;

        /// <summary>Returns when the condition holds. Whoever makes it hold calls <see cref="Wake"/> afterwards.</summary>
        public void WaitUntil(Func<bool> condition, long spinningSince)
        {
            while (!condition())
            {
                if (Stopwatch.GetTimestamp() - spinningSince < s_spinTicks)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                Interlocked.Exchange(ref _parked, 1);    // and a fence: the condition is read after it
                if (condition() && Interlocked.Exchange(ref _parked, 0) == 1)
                {
                    return;
                }

                Block();
            }
        }

        public void Wake()
        {
            if (Volatile.Read(ref _parked) == 1 && Interlocked.Exchange(ref _parked, 0) == 1)
            {
                lock (_gate)
                {
                    _woken = true;
                    Monitor.Pulse(_gate);
                }
            }
        }

        private void Block()
        {
            lock (_gate)
            {
                while (!_woken)
                {
                    Monitor.Wait(_gate);
                }

                _woken = false;
            }
        }
    }

    private sealed class Helper
    {
        private readonly ThreadTeam _team;
        private readonly int _number;

        public Helper(ThreadTeam team, int number)
        {
            (_team, _number) = (team, number);
            Thread = new Thread(Work) { IsBackground = true, Name = "Rill kernels" };
            Thread.Start();
        }

        public Thread Thread { get; }

        public Parking Parking { get; } = new();

        private bool IsWanted => _team._disposed || (HasPieces(Volatile.Read(ref _team._state)) && _number < Volatile.Read(ref _team._awake));

        private void Work()
        {
            var wanted = () => IsWanted;
            while (true)
            {
                Parking.WaitUntil(wanted, Stopwatch.GetTimestamp());
                if (_team._disposed)
                {
                    return;
                }

                _team.WorkOff();
            }
        }
    }
}
