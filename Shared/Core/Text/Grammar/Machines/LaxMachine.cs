namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads what another machine reads, written with bare names, without white space, and with strings between marks of the model's own, in which
/// nothing is escaped.
/// </summary>
/// <param name="machine">Reads JSON.</param>
/// <param name="delimiter">The token on both sides of a string.</param>
/// <param name="relax">The same for a rule.</param>
internal sealed class LaxMachine(Machine machine, int delimiter, Func<Rule, Rule> relax) : RespelledMachine(machine, relax)
{
    private const int InText = 1;
    private const int Verbatim = 2;

    private static readonly ByteSet s_escaped = ByteSet.Of("\"\\\n\r\t"u8);

    /// <summary>The rule that reads what a rule reads, in this form.</summary>
    public static Rule Of(Rule rule, int delimiter)
    {
        var rules = new Dictionary<Rule, Rule>();
        return Relax(rule);

        Rule Relax(Rule strict)
        {
            if (!rules.TryGetValue(strict, out var relaxed))
            {
                rules.Add(strict, relaxed = new() { Machines = [.. strict.Machines.Select(machine => new LaxMachine(machine, delimiter, Relax))] });
            }

            return relaxed;
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => Inner switch
    {
        StringMachine when StringMachine.IsBefore(state) => Move.None,
        StringMachine or LiteralMachine when IsInside(state) => StepText(state, next),
        LiteralMachine => StepLiteral(state, next),
        ArrayMachine or ObjectMachine when (next is (byte)' ' or (byte)'\n') && !(Inner is ObjectMachine && ObjectMachine.IsInName(state)) => Move.None,
        ObjectMachine when ObjectMachine.IsBeforeName(Inner, state) && next != '}' => Two(state, (byte)'"', next),
        ObjectMachine when ObjectMachine.IsInName(state) && next is ((byte)':' or (byte)'"') => next == ':' ? Two(state, (byte)'"', next) : Move.None,
        _ => Inner.Step(state, next),
    };

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) =>
        Inner is StringMachine && IsInside(state) && !s_escaped.Contains(next) ? Inner.Alike(state, next) & ~s_escaped : ByteSet.Of(next);

    /// <inheritdoc/>
    public override Move StepToken(MachineState state, int token)
    {
        if (token != delimiter || Inner is not (StringMachine or LiteralMachine) || (Inner is LiteralMachine && state.Count == Verbatim))
        {
            return Move.None;
        }

        var move = Inner.Step(state, (byte)'"');
        return Inner is LiteralMachine && move.Kind == MoveKind.To ? Move.To(move.State with { Count = InText - state.Count }) : move;
    }

    /// <inheritdoc/>
    /// <remarks>Names that the schema does not list are left out: nothing would tell where they end.</remarks>
    protected override bool MayCall(MachineState state) => !ObjectMachine.IsBeforeName(Inner, state);

    /// <summary>True within a string, between two characters: a literal's state counts 1 there.</summary>
    private bool IsInside(MachineState state) => Inner is LiteralMachine ? state.Count == InText : StringMachine.IsInside(state);

    private Move StepText(MachineState state, byte next) => next switch
    {
        (byte)'"' or (byte)'\\' => Two(state, (byte)'\\', next),
        (byte)'\n' => Two(state, (byte)'\\', (byte)'n'),
        (byte)'\r' => Two(state, (byte)'\\', (byte)'r'),
        (byte)'\t' => Two(state, (byte)'\\', (byte)'t'),
        _ => Inner.Step(state, next),
    };

    /// <summary>Lists and objects that a schema gives as values are written as they are.</summary>
    private Move StepLiteral(MachineState state, byte next) => (state.Count, next) switch
    {
        (Verbatim, _) => Inner.Step(state, next),
        (_, (byte)'"') => Move.None,
        _ when state.Place == 0 && next is ((byte)'{' or (byte)'[') => Inner.Step(state with { Count = Verbatim }, next),
        _ => Inner.Step(state, next),
    };

    private Move Two(MachineState state, byte first, byte second) =>
        Inner.Step(state, first) is { Kind: MoveKind.To } move ? Inner.Step(move.State, second) : Move.None;
}
