using Rill.Torch.Cache;
using Rill.Torch.Decoding;

namespace Rill.Torch.Cpu.Layers;

/// <summary>The rows of one sequence in a step.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Begins">True when the first of them is the sequence's first token, before which the states are zero.</param>
/// <param name="Rows">Their numbers in the step, by ascending position; not always without gaps.</param>
internal readonly record struct StateRun(int Slot, bool Begins, int[] Rows);

/// <summary>A step's rows by sequence, the same for all layers with a state.</summary>
/// <param name="states">The states that the step moves on.</param>
internal sealed class StateRuns(MixerStates states)
{
    private TokenRow[] _rows = [];

    /// <summary>The sequences of the step.</summary>
    public IReadOnlyList<StateRun> Runs { get; private set; } = [];

    /// <summary>The states.</summary>
    public MixerStates States => states;

    /// <summary>Lays out a step.</summary>
    /// <exception cref="InvalidOperationException">
    /// A sequence's states are not those of the tokens before its rows: a fault of the scheduler.
    /// </exception>
    public void Begin(TokenRow[] rows)
    {
        _rows = rows;
        Runs =
        [
            .. Enumerable.Range(0, rows.Length).GroupBy(row => rows[row].Slot)
                .Select(group => new StateRun(group.Key, rows[group.First()].Position == 0, [.. group])),
        ];
        foreach (var run in Runs)
        {
            states.Begin(run.Slot, rows[run.Rows[0]].Position);
        }
    }

    /// <summary>Notes that all layers have moved the states on.</summary>
    public void End()
    {
        foreach (var run in Runs)
        {
            states.End(run.Slot, _rows[run.Rows[^1]].Position + 1);
        }
    }
}
