using System.Runtime.InteropServices;
using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Where a machine is; what its parts mean each machine says. The default value is the start of all of them.
/// </summary>
internal readonly record struct MachineState(int Phase, int Place = 0, int Count = 0, int Text = 0);

/// <summary>Where a string stands, as far as it decides which tokens without a quotation mark may follow.</summary>
/// <param name="Automaton">The automaton of its text.</param>
/// <param name="Place">The automaton's state.</param>
/// <param name="Room">How many more characters it may have; int.MaxValue where that stops no token.</param>
internal readonly record struct InsideState(StringAutomaton Automaton, int Place, int Room = int.MaxValue);

/// <summary>Reads one kind of value, byte by byte, and lets other machines read the values inside.</summary>
internal abstract class Machine
{
    /// <summary>Says what is possible in a state before the next byte.</summary>
    public abstract void Expand(MachineState state, Expansion ways);

    /// <summary>Takes a byte in a state that waits for one.</summary>
    public abstract Move Step(MachineState state, byte next);

    /// <summary>
    /// Bytes that a state takes just as it takes one of them, which is one of these too: what one leads to need not be found out again for
    /// the others. They may be fewer than there are.
    /// </summary>
    public virtual ByteSet Alike(MachineState state, byte next) =>
        Taken(state) is var taken && taken.Contains(next) ? ByteSet.Of(next) : ~taken;

    /// <summary>Bytes beside which a state takes none.</summary>
    protected virtual ByteSet Taken(MachineState state) => ByteSet.All;

    /// <summary>Takes a token that is no text: a mark of the model's own.</summary>
    public virtual Move StepToken(MachineState state, int token) => Move.None;

    /// <summary>True when tokens without text may follow, whichever they are.</summary>
    public virtual bool TakesAnyToken(MachineState state) => false;

    /// <summary>True when every token with text may follow.</summary>
    public virtual bool TakesAnyText(MachineState state) => false;

    /// <summary>The state after a value inside has been read, whose machine gave it a label.</summary>
    public virtual MachineState Resume(MachineState state, int label) => state;

    /// <summary>
    /// A state in which the same tokens are possible, of which none has more than so many bytes: one state stands for many that
    /// only count.
    /// </summary>
    public virtual MachineState Representative(MachineState state, int longestToken) => state;

    /// <summary>How many plain characters may follow in a state, whichever they are.</summary>
    public virtual int PlainRoom(MachineState state) => 0;

    /// <summary>True when any text may follow in a state that needs no escape in a string, by tokens of at most so many bytes.</summary>
    public virtual bool IsOpen(MachineState state, int longestToken) => false;

    /// <summary>
    /// Where the machine stands in a string, if nothing else decides which tokens without a quotation mark may follow, by tokens of at most so
    /// many bytes; else null.
    /// </summary>
    public virtual InsideState? Inside(MachineState state, int longestToken) => null;

    /// <summary>
    /// Bits of <see cref="CharacterGroups"/> of which any text may follow that is no longer than <see cref="CharacterGroups.LongestToken"/>;
    /// none without the groups that most tokens are of.
    /// </summary>
    public virtual uint Groups(MachineState state) => 0;

    /// <summary>True when not one plain character more may follow than <see cref="PlainRoom"/> says.</summary>
    public virtual bool PlainRoomIsExact => false;
}

/// <summary>The machines that read a value: one for each way in which it can be right. Set once all rules are known.</summary>
internal sealed class Rule
{
    /// <summary>The machines; none when no value is right.</summary>
    public IReadOnlyList<Machine> Machines { get; set; } = [];
}

/// <summary>What a byte does.</summary>
internal readonly record struct Move(MoveKind Kind, MachineState State, int Label)
{
    /// <summary>The byte is not possible.</summary>
    public static Move None => default;

    /// <summary>The machine goes on in another state.</summary>
    public static Move To(MachineState state) => new(MoveKind.To, state, 0);

    /// <summary>The value is complete.</summary>
    public static Move Return(int label = 0) => new(MoveKind.Return, default, label);
}

/// <summary>Kinds of moves.</summary>
internal enum MoveKind
{
    None,
    To,
    Return,
}

/// <summary>What is possible in a state before the next byte. What it gives holds until it is changed.</summary>
internal sealed class Expansion
{
    private readonly List<(Rule Rule, MachineState Return)> _calls = [];
    private readonly List<Rule> _lastCalls = [];
    private readonly List<MachineState> _states = [];

    /// <summary>True when the machine itself waits for a byte.</summary>
    public bool Waits { get; private set; }

    /// <summary>True when the value may be complete.</summary>
    public bool MayReturn { get; private set; }

    /// <summary>The values that may begin, and where to go on after each.</summary>
    public ReadOnlySpan<(Rule Rule, MachineState Return)> Calls => CollectionsMarshal.AsSpan(_calls);

    /// <summary>The values that may begin, and with which this one ends.</summary>
    public ReadOnlySpan<Rule> LastCalls => CollectionsMarshal.AsSpan(_lastCalls);

    /// <summary>States in which the machine may be instead, without a byte.</summary>
    public ReadOnlySpan<MachineState> States => CollectionsMarshal.AsSpan(_states);

    /// <summary>The machine itself waits for a byte.</summary>
    public void Wait() => Waits = true;

    /// <summary>The value may be complete.</summary>
    public void Return() => MayReturn = true;

    /// <summary>A value may begin.</summary>
    public void Call(Rule rule, MachineState @return) => _calls.Add((rule, @return));

    /// <summary>A value may begin with which this one ends. Its label becomes this one's.</summary>
    public void CallLast(Rule rule) => _lastCalls.Add(rule);

    /// <summary>The machine may be in another state.</summary>
    public void Go(MachineState state) => _states.Add(state);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        (Waits, MayReturn) = (false, false);
        _calls.Clear();
        _lastCalls.Clear();
        _states.Clear();
    }
}
