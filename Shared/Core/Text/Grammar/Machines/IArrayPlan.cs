namespace Rill.Text.Grammar.Machines;

/// <summary>
/// What an array must be, so that each item that is begun leads to an end. A count and a place tell what was read; both begin with 0.
/// </summary>
internal interface IArrayPlan
{
    /// <summary>The items that may stand next, each with the count and the place behind it.</summary>
    IEnumerable<(Rule Rule, int Count, int Place)> ItemsAt(int count, int place);

    /// <summary>True when the array may be complete.</summary>
    bool MayEnd(int count, int place);

    /// <summary>True when an item may follow.</summary>
    bool MayGoOn(int count, int place);
}
