using Rill.Text.Grammar.Strings;

namespace Rill.Text.Grammar.Machines;

/// <summary>
/// Reads a number that an automaton accepts. After many digits it ends where it may, because a model that has begun to repeat a digit often
/// does so for ever.
/// </summary>
/// <remarks>A state's place is the automaton's, its phase tells whether a point or an exponent was read, its count the digits since.</remarks>
internal sealed class NumberMachine(StringAutomaton automaton) : Machine
{
    private const int Whole = 0;
    private const int Fraction = 1;
    private const int MostWholeDigits = 64;
    private const int MostFractionDigits = 20;

    private static readonly ByteSet s_taken = ByteSet.Of("+-.0123456789Ee"u8);
    private static readonly ByteSet s_marks = ByteSet.Of(".Ee"u8);

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        var mayReturn = automaton.Label(state.Place) != StringAutomaton.Rejected;
        if (automaton.LeadsOn(state.Place, 0, sbyte.MaxValue) && !(mayReturn && IsLong(state)))
        {
            ways.Wait();
        }

        if (mayReturn)
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next)
    {
        if (next > sbyte.MaxValue || automaton.Step(state.Place, next) is not (var place and not StringAutomaton.Dead))
        {
            return Move.None;
        }

        return Move.To(next is (byte)'.' or (byte)'e' or (byte)'E'
            ? new(Fraction, place)
            : state with { Place = place, Count = Math.Min(state.Count + 1, MostWholeDigits) });
    }

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next) => !s_taken.Contains(next) ? ~s_taken
        : s_marks.Contains(next) ? ByteSet.Of(next)
        : automaton.Alike(state.Place, next) & s_taken & ~s_marks;

    private static bool IsLong(MachineState state) => state.Count >= (state.Phase == Whole ? MostWholeDigits : MostFractionDigits);
}
