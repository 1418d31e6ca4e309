using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Machines;

/// <summary>Reads a number that an automaton accepts.</summary>
/// <remarks>A state's place is the automaton's.</remarks>
internal sealed class NumberMachine(StringAutomaton automaton) : Machine
{
    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (automaton.LeadsOn(state.Place, 0, sbyte.MaxValue))
        {
            ways.Wait();
        }

        if (automaton.Label(state.Place) != StringAutomaton.Rejected)
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) =>
        next <= sbyte.MaxValue && automaton.Step(state.Place, next) is var place and not StringAutomaton.Dead
            ? Move.To(state with { Place = place })
            : Move.None;
}
