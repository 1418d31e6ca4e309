namespace Rill.Text.Grammar.Machines;

/// <summary>Reads what another machine reads, in another spelling of the same states.</summary>
/// <param name="inner">Reads JSON.</param>
/// <param name="respell">The same spelling for a rule.</param>
internal abstract class RespelledMachine(Machine inner, Func<Rule, Rule> respell) : Machine
{
    private readonly Expansion _ways = new();

    /// <summary>The machine that reads JSON.</summary>
    protected Machine Inner { get; } = inner;

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        _ways.Clear();
        Inner.Expand(state, _ways);
        if (_ways.Waits)
        {
            ways.Wait();
        }

        foreach (var (rule, back) in MayCall(state) ? _ways.Calls : [])
        {
            ways.Call(respell(rule), back);
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
    public override MachineState Resume(MachineState state, int label) => Inner.Resume(state, label);

    /// <inheritdoc/>
    public override MachineState Representative(MachineState state, int longestToken) => Inner.Representative(state, longestToken);

    /// <inheritdoc/>
    public override int PlainRoom(MachineState state) => Inner.PlainRoom(state);

    /// <inheritdoc/>
    public override bool IsOpen(MachineState state, int longestToken) => Inner.IsOpen(state, longestToken);

    /// <inheritdoc/>
    public override uint Groups(MachineState state) => Inner.Groups(state);

    /// <inheritdoc/>
    public override bool PlainRoomIsExact => Inner.PlainRoomIsExact;

    /// <summary>Whether the rules that the inner machine calls in a state can be read in this spelling.</summary>
    protected virtual bool MayCall(MachineState state) => true;
}
