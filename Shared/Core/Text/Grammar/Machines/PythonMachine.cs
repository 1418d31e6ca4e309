namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads what another machine reads as Python's literals: its words for true, false and null, and in strings no escape that Python does not know.
/// </summary>
/// <param name="machine">Reads JSON.</param>
/// <param name="spell">The same for a rule.</param>
internal sealed class PythonMachine(Machine machine, Func<Rule, Rule> spell) : Machine
{
    private readonly Expansion _ways = new();

    /// <summary>The rule that reads what a rule reads, in Python's spelling.</summary>
    public static Rule Of(Rule rule)
    {
        var rules = new Dictionary<Rule, Rule>();
        return Spell(rule);

        Rule Spell(Rule json)
        {
            if (!rules.TryGetValue(json, out var python))
            {
                rules.Add(json, python = new() { Machines = [.. json.Machines.Select(Respelt)] });
            }

            return python;
        }

        Machine Respelt(Machine json) => json is LiteralMachine literals
            ? new LiteralMachine(literals.Texts.Select(PythonText.OfJson))
            : new PythonMachine(json, Spell);
    }

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        _ways.Clear();
        machine.Expand(state, _ways);
        if (_ways.Waits)
        {
            ways.Wait();
        }

        foreach (var (rule, back) in _ways.Calls)
        {
            ways.Call(spell(rule), back);
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
    public override Move Step(MachineState state, byte next) =>
        next == '/' && machine is StringMachine && StringMachine.IsEscape(state) ? Move.None : machine.Step(state, next);

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) => machine.Alike(state, next);

    /// <inheritdoc/>
    public override MachineState Resume(MachineState state, int label) => machine.Resume(state, label);

    /// <inheritdoc/>
    public override MachineState Representative(MachineState state, int longestToken) => machine.Representative(state, longestToken);

    /// <inheritdoc/>
    public override int PlainRoom(MachineState state) => machine.PlainRoom(state);

    /// <inheritdoc/>
    public override bool IsOpen(MachineState state, int longestToken) => machine.IsOpen(state, longestToken);

    /// <inheritdoc/>
    public override uint Groups(MachineState state) => machine.Groups(state);

    /// <inheritdoc/>
    public override bool PlainRoomIsExact => machine.PlainRoomIsExact;
}
