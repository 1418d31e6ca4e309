namespace Rill.Text.Grammar.Machines;

/// <summary>A machine in a state, on top of the one that it returns to: one way in which a text can be read. Equal ones are one object.</summary>
internal sealed class Frame(long id, Frame? parent, Machine machine, MachineState state)
{
    /// <summary>Ascending in the order in which frames were made.</summary>
    public long Id => id;

    /// <summary>What goes on when this one returns; null for the whole answer.</summary>
    public Frame? Parent => parent;

    /// <summary>The machine.</summary>
    public Machine Machine => machine;

    /// <summary>Its state.</summary>
    public MachineState State => state;

    /// <summary>When the automaton came by last, as it counts: it follows a frame once for each byte.</summary>
    public long Visit { get; set; }
}

/// <summary>All ways in which the text so far can be read: a state of the grammar's deterministic automaton. Equal ones are one object.</summary>
internal sealed class Configuration(Frame[] frames, bool isAccepting)
{
    private int[]? _next;
    private int _era;

    /// <summary>After a text that begins nothing right.</summary>
    public static Configuration Dead { get; } = new([], isAccepting: false);

    /// <summary>The frames that wait for a byte.</summary>
    public ReadOnlySpan<Frame> Frames => frames;

    /// <summary>True when the text may end here.</summary>
    public bool IsAccepting => isAccepting;

    /// <summary>True when the text must end here.</summary>
    public bool IsComplete => isAccepting && frames.Length == 0;

    /// <summary>True where the text is what a model thinks before it answers.</summary>
    public bool IsReasoning { get; } = Array.Exists(frames, frame => frame.Machine is FreeTextMachine { IsReasoning: true });

    /// <summary>The numbers of the configurations after each byte, as far as they are known: those of an era of the automaton.</summary>
    public int[] Next(int era)
    {
        if (_next is null || _era != era)
        {
            (_next, _era) = (new int[256], era);
        }

        return _next;
    }
}
