using System.Numerics;

namespace Rill.Text.Grammar.Machines;

/// <summary>Arrays whose items are some of a list of values, none of them twice, in any order.</summary>
internal sealed class DistinctItems : IArrayPlan
{
    /// <summary>Most values: a bit of a place for each.</summary>
    public const int MostValues = 30;

    private readonly Rule[] _values;
    private readonly int _least;
    private readonly int _most;

    /// <param name="texts">The values' JSON texts, at most <see cref="MostValues"/>, of which no two are the same value.</param>
    /// <param name="least">Least items, at most so many as there are values.</param>
    /// <param name="most">Most items, at least <paramref name="least"/>.</param>
    public DistinctItems(IReadOnlyList<string> texts, int least, int most)
    {
        _values = [.. texts.Select(text => new Rule { Machines = [new LiteralMachine([text])] })];
        (_least, _most) = (least, Math.Min(most, texts.Count));
    }

    /// <inheritdoc/>
    /// <remarks>A place has a bit for each value that was read; a count is not needed.</remarks>
    public IEnumerable<(Rule Rule, int Count, int Place)> ItemsAt(int count, int place)
    {
        for (var value = 0; value < _values.Length && MayGoOn(count, place); value++)
        {
            if ((place >> value & 1) == 0)
            {
                yield return (_values[value], 0, place | (1 << value));
            }
        }
    }

    /// <inheritdoc/>
    public bool MayEnd(int count, int place) => BitOperations.PopCount((uint)place) >= _least;

    /// <inheritdoc/>
    public bool MayGoOn(int count, int place) => BitOperations.PopCount((uint)place) < _most;
}
