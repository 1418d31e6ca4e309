using System.Runtime.InteropServices;

namespace Rill.Text.Grammar.Machines;

/// <summary>
/// A grammar as a deterministic automaton over bytes that is made where it is walked. What was made is forgotten when it takes too much
/// memory, and made again. Not thread-safe.
/// </summary>
internal sealed class GrammarAutomaton
{
    /// <summary>In a row: not known yet.</summary>
    public const int Unknown = 0;

    /// <summary>In a row: the text begins nothing right.</summary>
    public const int Dead = 1;

    // A configuration has a row of 256 numbers, and its frames: some 10 MiB at most.
    private const int MostConfigurations = 4_000;
    private const int MostFrames = 50_000;

    // Of a text that can be read in more ways some are dropped: each way that is kept leads to an end, so what is said stays right.
    private const int MostWays = 4_000;

    // A first mask has about as many.
    private readonly Dictionary<FrameKey, Frame> _frames = new(64);
    private readonly Dictionary<ConfigurationKey, int> _configurations = new(32);
    private readonly List<Configuration> _byNumber = [Configuration.Dead, Configuration.Dead];
    private readonly Expansion _ways = new();
    private readonly Stack<Frame> _open = [];
    private readonly List<Frame> _waiting = [];
    private long _lastId;
    private long _visit;
    private bool _accepts;

    /// <summary>For the machine that reads the whole answer.</summary>
    public GrammarAutomaton(Machine root)
    {
        Open(null, root, default);
        Start = _byNumber[Close()];
    }

    /// <summary>Before the first byte.</summary>
    public Configuration Start { get; }

    /// <summary>Changes when the numbers of configurations no longer hold.</summary>
    public int Era { get; private set; }

    /// <summary>The configuration with a number.</summary>
    public Configuration this[int number] => _byNumber[number];

    /// <summary>The numbers of the configurations after each byte, as far as they are known in this era.</summary>
    public int[] Row(Configuration from) => from.Next(Era);

    /// <summary>The configuration after a byte.</summary>
    public Configuration Walk(Configuration from, byte next) => Row(from)[next] is var number and not Unknown ? _byNumber[number] : Step(from, next);

    /// <summary>The configuration after a byte that its predecessor does not know yet.</summary>
    public Configuration Step(Configuration from, byte next)
    {
        if (_configurations.Count > MostConfigurations || _frames.Count > MostFrames)
        {
            Forget();
        }

        var alike = ByteSet.All;
        foreach (var frame in from.Frames)
        {
            Take(frame, frame.Machine.Step(frame.State, next));
            alike &= frame.Machine.Alike(frame.State, next);
        }

        var to = Close();
        alike.Fill(Row(from), to);
        return _byNumber[to];
    }

    /// <summary>The configuration after a token that is no text.</summary>
    public Configuration StepToken(Configuration from, int token)
    {
        foreach (var frame in from.Frames)
        {
            Take(frame, frame.Machine.StepToken(frame.State, token));
        }

        return _byNumber[Close()];
    }

    /// <summary>The configuration whose mask is the mask of this one too, for tokens of at most so many bytes.</summary>
    public Configuration Representative(Configuration configuration, int longestToken)
    {
        var isItself = true;
        _waiting.Clear();
        foreach (var frame in configuration.Frames)
        {
            var state = frame.Machine.Representative(frame.State, longestToken);
            isItself &= state == frame.State;
            _waiting.Add(state == frame.State ? frame : Intern(frame.Parent, frame.Machine, state));
        }

        if (isItself)
        {
            return configuration;
        }

        _accepts = configuration.IsAccepting;
        return _byNumber[Intern()];
    }

    /// <summary>The same without one of the ways in which the text so far can be read.</summary>
    public Configuration Without(Configuration configuration, Frame way)
    {
        _waiting.Clear();
        foreach (var frame in configuration.Frames)
        {
            if (frame != way)
            {
                _waiting.Add(frame);
            }
        }

        return _byNumber[Intern()];
    }

    /// <summary>One way in which a text can be read, alone.</summary>
    public Configuration Only(Frame way)
    {
        _waiting.Clear();
        _waiting.Add(way);
        return _byNumber[Intern()];
    }

    /// <summary>Forgets all that can be made again. What a reader holds stays right.</summary>
    private void Forget()
    {
        _configurations.Clear();
        _frames.Clear();
        _byNumber.RemoveRange(Dead + 1, _byNumber.Count - Dead - 1);
        Era++;
    }

    private void Take(Frame frame, Move move)
    {
        switch (move.Kind)
        {
            case MoveKind.To:
                Open(frame.Parent, frame.Machine, move.State);
                break;
            case MoveKind.Return:
                Return(frame, move.Label);
                break;
        }
    }

    private void Open(Frame? parent, Machine machine, MachineState state) => _open.Push(Intern(parent, machine, state));

    private void Open(Frame? parent, Rule rule)
    {
        for (var way = 0; way < rule.Machines.Count; way++)
        {
            Open(parent, rule.Machines[way], default);
        }
    }

    private void Return(Frame from, int label)
    {
        if (from.Parent is { } parent)
        {
            Open(parent.Parent, parent.Machine, parent.Machine.Resume(parent.State, label));
        }
        else
        {
            _accepts = true;
        }
    }

    /// <summary>Follows the opened frames into the values that may begin, and out of those that may be complete.</summary>
    private int Close()
    {
        if (_open.Count == 0 && !_accepts)
        {
            return Dead;
        }

        var seen = 0;
        _visit++;
        _waiting.Clear();
        while (_open.TryPop(out var frame))
        {
            if (seen == MostWays || frame.Visit == _visit)
            {
                continue;
            }

            (frame.Visit, seen) = (_visit, seen + 1);
            _ways.Clear();
            frame.Machine.Expand(frame.State, _ways);
            if (_ways.Waits)
            {
                _waiting.Add(frame);
            }

            foreach (var (rule, state) in _ways.Calls)
            {
                var parent = Intern(frame.Parent, frame.Machine, state);
                Open(parent, rule);
            }

            foreach (var rule in _ways.LastCalls)
            {
                Open(frame.Parent, rule);
            }

            foreach (var state in _ways.States)
            {
                Open(frame.Parent, frame.Machine, state);
            }

            if (_ways.MayReturn)
            {
                Return(frame, 0);
            }
        }

        return Intern();
    }

    private Frame Intern(Frame? parent, Machine machine, MachineState state)
    {
        ref var frame = ref CollectionsMarshal.GetValueRefOrAddDefault(_frames, new(parent, machine, state), out _);
        return frame ??= new(++_lastId, parent, machine, state);
    }

    /// <summary>The number of the configuration of the frames that wait.</summary>
    private int Intern()
    {
        var accepts = _accepts;
        _accepts = false;
        if (_waiting.Count == 0 && !accepts)
        {
            return Dead;
        }

        _waiting.Sort((one, other) => one.Id.CompareTo(other.Id));
        var key = new ConfigurationKey([.. _waiting], accepts);
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_configurations, key, out var isKnown);
        if (!isKnown)
        {
            number = _byNumber.Count;
            _byNumber.Add(new(key.Frames, accepts));
        }

        return number;
    }

    private readonly record struct FrameKey(Frame? Parent, Machine Machine, MachineState State);

    private readonly struct ConfigurationKey(Frame[] frames, bool accepts) : IEquatable<ConfigurationKey>
    {
        private readonly bool _accepts = accepts;

        public Frame[] Frames { get; } = frames;

        public bool Equals(ConfigurationKey other) => _accepts == other._accepts && Frames.AsSpan().SequenceEqual(other.Frames);

        public override bool Equals(object? obj) => obj is ConfigurationKey other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_accepts);
            foreach (var frame in Frames)
            {
                hash.Add(frame.Id);
            }

            return hash.ToHashCode();
        }
    }
}
