namespace Rill.Text.Grammar.Machines;

/// <summary>Reads any text up to a mark, the mark included; or any text in which the mark does not stand.</summary>
/// <remarks>A state's place is how much of the mark was read last; its phase tells whether anything but white space was, in the line.</remarks>
internal sealed class FreeTextMachine : Machine
{
    private static readonly ByteSet s_written = ByteSet.Range(' ' + 1, 0x7F);

    private readonly Symbols _mark;
    private readonly int[] _shorter;
    private readonly bool _hasText;
    private readonly ByteSet _told;

    /// <param name="mark">The mark; of no symbols where nothing is looked for.</param>
    public FreeTextMachine(Symbols mark)
    {
        (_mark, _shorter, _hasText) = (mark, new int[mark.Length], mark.HasText);
        for (var at = 1; at < mark.Length; at++)
        {
            _shorter[at] = Next(_shorter[at - 1], mark.Values[at]);
        }

        foreach (var symbol in mark.Values)
        {
            _told |= symbol < Symbols.FirstToken ? ByteSet.Of((byte)symbol) : default;
        }
    }

    /// <summary>True to read up to the mark; false to read what has none.</summary>
    public bool EndsAtMark { get; init; }

    /// <summary>True when tokens that are no text may stand in it.</summary>
    public bool HasTokens { get; init; } = true;

    /// <summary>A byte that must not be the first one of a line, behind white space; null for none.</summary>
    public byte? RefusedFirst { get; init; }

    /// <summary>True when it is what a model thinks before it answers.</summary>
    public bool IsReasoning { get; init; }

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        ways.Wait();
        if (!EndsAtMark)
        {
            ways.Return();
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next)
    {
        if (RefusedFirst is not { } refused)
        {
            return StepSymbol(state, next);
        }

        // A byte of a longer character may be white space.
        var phase = next == '\n' ? 0 : next is <= (byte)' ' or >= 0x80 ? state.Phase : 1;
        return next == refused && state.Phase == 0 ? Move.None : StepSymbol(state with { Phase = phase }, next);
    }

    /// <inheritdoc/>
    public override ByteSet Alike(MachineState state, byte next)
    {
        if (_told.Contains(next) || next == RefusedFirst || (RefusedFirst is not null && next == '\n'))
        {
            return ByteSet.Of(next);
        }

        if (RefusedFirst is not { } refused)
        {
            return ~_told;
        }

        var others = ~(_told | ByteSet.Of(refused) | ByteSet.Of((byte)'\n'));
        return others & (s_written.Contains(next) ? s_written : ~s_written);
    }

    /// <inheritdoc/>
    public override Move StepToken(MachineState state, int token)
    {
        var move = StepSymbol(state, Symbols.FirstToken + token);
        return HasTokens || move.Kind == MoveKind.Return || move.State.Place > 0 ? move : Move.None;
    }

    /// <inheritdoc/>
    public override bool TakesAnyToken(MachineState state) => HasTokens;

    /// <inheritdoc/>
    public override bool TakesAnyText(MachineState state) => !_hasText && RefusedFirst is null;

    private Move StepSymbol(MachineState state, int symbol)
    {
        var read = Next(state.Place, symbol);
        return read < _mark.Length || _mark.Length == 0 ? Move.To(state with { Place = read }) : EndsAtMark ? Move.Return() : Move.None;
    }

    private int Next(int read, int symbol)
    {
        var mark = _mark.Values;
        while (read > 0 && (read == mark.Length || mark[read] != symbol))
        {
            read = _shorter[read - 1];
        }

        return read < mark.Length && mark[read] == symbol ? read + 1 : 0;
    }
}
