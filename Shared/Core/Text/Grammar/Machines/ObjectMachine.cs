namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads an object. Members that a schema names come first, in its order, those that need not be there or not; then come others.
/// </summary>
/// <remarks>
/// A state's place is the number of the next member, while one is read its own number, or behind all numbers the label of its name; its
/// count tells members as <see cref="ObjectPlan"/> counts them; its text is a node of the names' tree or the whitespace just read.
/// </remarks>
internal sealed class ObjectMachine(ObjectPlan plan) : Machine
{
    private const int Start = 0;
    private const int Opened = 1;
    private const int AfterComma = 2;
    private const int InName = 3;
    private const int AfterName = 4;
    private const int AfterColon = 5;
    private const int AfterValue = 6;

    private static readonly ByteSet s_taken = ByteSet.Of("{\"}:, \n"u8);

    /// <summary>True where an object's member may begin.</summary>
    public static bool IsBeforeName(Machine machine, MachineState state) => machine is ObjectMachine && (state.Phase is Opened or AfterComma);

    /// <summary>True within a name.</summary>
    public static bool IsInName(MachineState state) => state.Phase == InName;

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        switch (state.Phase)
        {
            case AfterColon:
                ways.Call(plan.ValueOf(state.Place), new(AfterValue, plan.NextAfter(state.Place), state.Count));
                if (state.Text == 0)
                {
                    ways.Wait();
                }

                break;
            case Opened or AfterComma when plan.MayAddOther(state.Place, state.Count):
                ways.Call(plan.OtherNames!, state with { Phase = AfterName, Text = 0 });
                ways.Wait();
                break;
            default:
                ways.Wait();
                break;
        }
    }

    /// <inheritdoc/>
    public override MachineState Resume(MachineState state, int label) =>
        state.Phase == AfterName ? new(AfterName, plan.NumberOfOther(label), plan.WithOther(state.Count)) : state;

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => state.Phase switch
    {
        Start => next == '{' ? Move.To(state with { Phase = Opened }) : Move.None,
        Opened or AfterComma => next switch
        {
            (byte)'"' => plan.LeadsToName(state.Place, state.Count, 0) ? Move.To(state with { Phase = InName, Text = 0 }) : Move.None,
            (byte)'}' => state.Phase == Opened && plan.MayEnd(state.Place, state.Count) ? Move.Return() : Move.None,
            _ => Space(state, next),
        },
        InName => StepName(state, next),
        AfterName => next == ':' ? Move.To(state with { Phase = AfterColon, Text = 0 }) : Move.None,
        AfterColon => next == ' ' ? Move.To(state with { Text = 1 }) : Move.None,
        _ => next switch
        {
            (byte)',' => state.Text == 0 && plan.MayGoOn(state.Place, state.Count) ? Move.To(state with { Phase = AfterComma }) : Move.None,
            (byte)'}' => plan.MayEnd(state.Place, state.Count) ? Move.Return() : Move.None,
            _ => plan.MayEnd(state.Place, state.Count) ? Space(state, next) : Move.None,
        },
    };

    /// <inheritdoc/>
    protected override ByteSet Taken(MachineState state) => state.Phase == InName ? plan.Names.Next(state.Text) : s_taken;

    private static Move Space(MachineState state, byte next) =>
        Whitespace.Step(state.Text, next) is var text and not Whitespace.Refused ? Move.To(state with { Text = text }) : Move.None;

    private Move StepName(MachineState state, byte next)
    {
        var node = plan.Names.Child(state.Text, next);
        if (node < 0)
        {
            return Move.None;
        }

        if (plan.Names.EndAt(node) is var number and >= 0)
        {
            return plan.MayAdd(state.Place, number, state.Count) ? Move.To(new(AfterName, number, plan.WithNamed(state.Count))) : Move.None;
        }

        return plan.LeadsToName(state.Place, state.Count, node) ? Move.To(state with { Text = node }) : Move.None;
    }
}
