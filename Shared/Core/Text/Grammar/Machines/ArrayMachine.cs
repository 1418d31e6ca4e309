namespace Rill.Text.Grammar.Machines;

/// <summary>Reads an array.</summary>
/// <remarks>
/// A state's count and place are those of the plan, its text is the whitespace just read.
/// </remarks>
internal sealed class ArrayMachine(IArrayPlan plan) : Machine
{
    private const int Start = 0;
    private const int Opened = 1;
    private const int AfterItem = 2;
    private const int AfterComma = 3;

    private static readonly ByteSet s_taken = ByteSet.Of("[], \n"u8);

    /// <inheritdoc/>
    public override void Expand(MachineState state, Expansion ways)
    {
        ways.Wait();
        if (state.Phase is not (Opened or AfterComma))
        {
            return;
        }

        foreach (var (rule, count, place) in plan.ItemsAt(state.Count, state.Place))
        {
            ways.Call(rule, new(AfterItem, place, count));
        }
    }

    /// <inheritdoc/>
    public override Move Step(MachineState state, byte next) => (state.Phase, next) switch
    {
        (Start, (byte)'[') => Move.To(state with { Phase = Opened }),
        (Opened or AfterItem, (byte)']') when plan.MayEnd(state.Count, state.Place) => Move.Return(),
        (AfterItem, (byte)',') when state.Text == 0 && plan.MayGoOn(state.Count, state.Place) => Move.To(state with { Phase = AfterComma }),
        (AfterItem, _) when !plan.MayEnd(state.Count, state.Place) => Move.None,
        (not Start, _) when Whitespace.Step(state.Text, next) is var text and not Whitespace.Refused => Move.To(state with { Text = text }),
        _ => Move.None,
    };

    /// <inheritdoc/>
    protected override ByteSet Taken(MachineState state) => s_taken;
}

/// <summary>An item that may stand at a place.</summary>
/// <param name="Contained">A bit for each thing that the array must contain and this item is.</param>
/// <param name="Rule">What the item is.</param>
internal readonly record struct ArrayItem(int Contained, Rule Rule);

/// <summary>Arrays by what each of their items is, and what they contain.</summary>
/// <remarks>The count is that of the items, as far as it counts; a place has a bit for each thing that the array must contain and does.</remarks>
internal sealed class ArrayPlan : IArrayPlan
{
    private readonly IReadOnlyList<IReadOnlyList<ArrayItem>> _first;
    private readonly IReadOnlyList<ArrayItem> _rest;
    private readonly int _least;
    private readonly int _most;
    private readonly int _all;
    private readonly bool[,]? _canEnd;

    /// <param name="first">The items at the first places, only those that a value can be.</param>
    /// <param name="rest">The items at all others.</param>
    /// <param name="least">Least items.</param>
    /// <param name="most">Most items.</param>
    /// <param name="contained">How many things it must contain.</param>
    public ArrayPlan(IReadOnlyList<IReadOnlyList<ArrayItem>> first, IReadOnlyList<ArrayItem> rest, int least, int most, int contained)
    {
        (_first, _rest, _least, _all) = (first, rest, least, (1 << contained) - 1);
        var possible = first.TakeWhile(items => items.Count > 0).Count();
        _most = Math.Min(most, possible < first.Count || rest.Count == 0 ? possible : int.MaxValue);
        _canEnd = contained == 0 ? null : Ends();
    }

    /// <summary>True when there is such an array.</summary>
    public bool IsPossible => _canEnd is null ? _least <= _most : _canEnd[0, 0];

    /// <summary>Places from which on counting makes no difference.</summary>
    private int Horizon => _most < int.MaxValue ? _most : Math.Max(_least, _first.Count) + _all;

    /// <inheritdoc/>
    public IEnumerable<(Rule Rule, int Count, int Place)> ItemsAt(int count, int place)
    {
        foreach (var item in ItemsAt(count))
        {
            if (CanEndAfter(count + 1, Next(count), place | item.Contained))
            {
                yield return (item.Rule, Next(count), place | item.Contained);
            }
        }
    }

    private IReadOnlyList<ArrayItem> ItemsAt(int count) => count >= _most ? [] : count < _first.Count ? _first[count] : _rest;

    /// <summary>The count after one more item.</summary>
    private int Next(int count) =>
        Math.Min(count + 1, _most == int.MaxValue && _canEnd is null ? Math.Max(_least, _first.Count) : Horizon);

    /// <inheritdoc/>
    public bool MayEnd(int count, int place) => count >= _least && place == _all;

    /// <inheritdoc/>
    public bool MayGoOn(int count, int place) => ItemsAt(count, place).Any();

    /// <summary>True when an array of so many items can become complete.</summary>
    private bool CanEndAfter(int items, int count, int contained) => items <= _most && (_canEnd is null || _canEnd[count, contained]);

    private bool[,] Ends()
    {
        var ends = new bool[Horizon + 1, _all + 1];
        for (var changed = true; changed;)
        {
            changed = false;
            for (var count = Horizon; count >= 0; count--)
            {
                for (var contained = 0; contained <= _all; contained++)
                {
                    var now = MayEnd(count, contained)
                        || ItemsAt(count).Any(item => ends[Math.Min(count + 1, Horizon), contained | item.Contained]);
                    changed |= now != ends[count, contained];
                    ends[count, contained] = now;
                }
            }
        }

        return ends;
    }
}
