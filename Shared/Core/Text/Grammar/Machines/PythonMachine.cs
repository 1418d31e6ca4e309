namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads what another machine reads as Python's literals: its words for true, false and null, and in strings no escape that Python does not know.
/// </summary>
/// <param name="machine">Reads JSON.</param>
/// <param name="spell">The same for a rule.</param>
internal sealed class PythonMachine(Machine machine, Func<Rule, Rule> spell) : RespelledMachine(machine, spell)
{
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
    public override Move Step(MachineState state, byte next) =>
        next == '/' && Inner is StringMachine && StringMachine.IsEscape(state) ? Move.None : Inner.Step(state, next);

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) => Inner.Alike(state, next);
}
