namespace Rill.Text.Grammar.Machines;

/// <summary>Reads what another machine reads, written inside of a JSON string: with backslashes before quotation marks and backslashes.</summary>
/// <remarks>A state is the other machine's; a bit of its phase tells that a backslash was read.</remarks>
internal sealed class EscapedMachine(Machine machine, Func<Rule, Rule> escape) : Machine
{
    private const int Backslash = 1 << 16;

    private static readonly ByteSet s_pending = ByteSet.Of("\"\\n"u8);
    private static readonly ByteSet s_escaped = ByteSet.Of("\"\\"u8) | ByteSet.Range(0, ' ' - 1);

    private readonly Expansion _ways = new();

    /// <summary>The rule that reads what a rule reads, inside of a JSON string.</summary>
    public static Rule Of(Rule rule)
    {
        var rules = new Dictionary<Rule, Rule>();
        return Escape(rule);

        Rule Escape(Rule plain)
        {
            if (!rules.TryGetValue(plain, out var escaped))
            {
                rules.Add(plain, escaped = new() { Machines = [.. plain.Machines.Select(machine => new EscapedMachine(machine, Escape))] });
            }

            return escaped;
        }
    }

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (IsPending(state))
        {
            ways.Wait();
            return;
        }

        _ways.Clear();
        machine.Expand(state, _ways);
        if (_ways.Waits)
        {
            ways.Wait();
        }

        foreach (var (rule, back) in _ways.Calls)
        {
            ways.Call(escape(rule), back);
        }

        foreach (var other in _ways.States)
        {
            ways.Go(other);
        }

        if (_ways.MayReturn)
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    /// <remarks>A backslash is only begun where what it may stand for is possible.</remarks>
    public override Move Step(MachineState state, byte next) => (IsPending(state), next) switch
    {
        (true, (byte)'"' or (byte)'\\') => machine.Step(Plain(state), next),
        (true, (byte)'n') => machine.Step(Plain(state), (byte)'\n'),
        (true, _) or (_, (byte)'"' or < 0x20) => Move.None,
        (_, (byte)'\\') => CanBeEscaped(state) ? Move.To(state with { Phase = state.Phase | Backslash }) : Move.None,
        _ => machine.Step(state, next),
    };

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) => (IsPending(state), s_escaped.Contains(next)) switch
    {
        (true, _) => s_pending.Contains(next) ? ByteSet.Of(next) : ~s_pending,
        (_, true) => next == '\\' ? ByteSet.Of(next) : s_escaped & ~ByteSet.Of((byte)'\\'),
        _ => machine.Alike(state, next) & ~s_escaped,
    };

    /// <inheritdoc/>
    public override MachineState Resume(MachineState state, int label) => machine.Resume(state, label);

    /// <inheritdoc/>
    public override MachineState Representative(MachineState state, int longestToken) =>
        IsPending(state) ? state : machine.Representative(state, longestToken);

    /// <inheritdoc/>
    public override int PlainRoom(MachineState state) => IsPending(state) ? 0 : machine.PlainRoom(state);

    /// <inheritdoc/>
    public override bool IsOpen(MachineState state, int longestToken) => !IsPending(state) && machine.IsOpen(state, longestToken);

    /// <inheritdoc/>
    public override uint Groups(MachineState state) => IsPending(state) ? 0 : machine.Groups(state);

    /// <inheritdoc/>
    public override bool PlainRoomIsExact => machine.PlainRoomIsExact;

    private static bool IsPending(MachineState state) => (state.Phase & Backslash) != 0;

    private static MachineState Plain(MachineState state) => state with { Phase = state.Phase & ~Backslash };

    private bool CanBeEscaped(MachineState state) => machine.Step(state, (byte)'"').Kind != MoveKind.None
        || machine.Step(state, (byte)'\\').Kind != MoveKind.None || machine.Step(state, (byte)'\n').Kind != MoveKind.None;
}
