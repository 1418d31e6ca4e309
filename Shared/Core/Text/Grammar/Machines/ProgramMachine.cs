namespace Rill.Text.Grammar.Machines;

/// <summary>Reads what a list of instructions says, in each way in which it can be read.</summary>
/// <remarks>A state's place is the instruction, behind all of them at the end; its count what was read of it.</remarks>
internal sealed class ProgramMachine(IReadOnlyList<Instruction> instructions) : Machine
{
    private static readonly ByteSet s_spaces = ByteSet.Of(" \n"u8);

    private readonly Instruction[] _instructions = [.. instructions];

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        if (state.Place == _instructions.Length)
        {
            ways.Return();
            return;
        }

        var next = new MachineState(0, state.Place + 1);
        var instruction = _instructions[state.Place];
        switch (instruction.Kind)
        {
            case InstructionKind.Literal when instruction.Symbols.Length > 0:
                ways.Wait();
                break;
            case InstructionKind.Value:
                ways.Call(instruction.Value!, next);
                break;
            case InstructionKind.LastValue:
                ways.CallLast(instruction.Value!);
                break;
            case InstructionKind.Gap when state.Count < instruction.Number:
                ways.Wait();
                ways.Go(next);
                break;
            case InstructionKind.Fork:
                ways.Go(next);
                ways.Go(new(0, instruction.Number));
                break;
            case InstructionKind.Jump:
                ways.Go(new(0, instruction.Number));
                break;
            default:
                ways.Go(next);
                break;
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => _instructions[state.Place].Kind == InstructionKind.Gap
        ? next is (byte)' ' or (byte)'\n' ? Move.To(state with { Count = state.Count + 1 }) : Move.None
        : StepSymbol(state, next);

    /// <inheritdoc/>
    protected override ByteSet Taken(MachineState state) => _instructions[state.Place].Kind == InstructionKind.Gap ? s_spaces
        : _instructions[state.Place].Symbols.Values[state.Count] is var symbol and < Symbols.FirstToken ? ByteSet.Of((byte)symbol)
        : default;

    /// <inheritdoc/>
    public override Move StepToken(MachineState state, int token) =>
        _instructions[state.Place].Kind == InstructionKind.Gap ? Move.None : StepSymbol(state, Symbols.FirstToken + token);

    private Move StepSymbol(MachineState state, int symbol)
    {
        var symbols = _instructions[state.Place].Symbols.Values;
        return symbols[state.Count] != symbol ? Move.None
            : state.Count + 1 == symbols.Length ? Move.To(new(0, state.Place + 1))
            : Move.To(state with { Count = state.Count + 1 });
    }
}
