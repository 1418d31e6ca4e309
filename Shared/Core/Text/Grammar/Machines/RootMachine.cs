namespace Rill.Text.Grammar.Machines;

/// <summary>Reads the whole answer: one value. A space or line end may come before it: some tokenizers put one before every text.</summary>
internal sealed class RootMachine(Rule value) : Machine
{
    private const int Start = 0;
    private const int Spaced = 1;
    private const int Done = 2;

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (state.Phase == Done)
        {
            ways.Return();
            return;
        }

        ways.Call(value, new(Done));
        if (state.Phase == Start)
        {
            ways.Wait();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => next is (byte)' ' or (byte)'\n' ? Move.To(new(Spaced)) : Move.None;
}
