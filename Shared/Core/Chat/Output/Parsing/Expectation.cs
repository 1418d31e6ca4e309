namespace Rill.Chat.Output.Parsing;

/// <summary>
/// Waits for one of several fixed texts, before each of which may stand white space; the first that is complete is taken. It begins anew
/// after each answer.
/// </summary>
/// <param name="alternatives">The texts, none empty.</param>
internal sealed class Expectation(params IReadOnlyList<SymbolPattern> alternatives)
{
    /// <summary>The text is not complete.</summary>
    public const int More = -1;

    /// <summary>None of the texts stands here.</summary>
    public const int Fails = -2;

    private readonly int[] _positions = new int[alternatives.Count];    // -1 for one that has failed

    /// <summary>Takes a symbol.</summary>
    /// <returns>The text that is complete now, as its place in the list; <see cref="More"/>; or <see cref="Fails"/>.</returns>
    public int Take(int symbol)
    {
        var result = Fails;
        for (var index = 0; index < alternatives.Count && result < 0; index++)
        {
            if (_positions[index] >= 0 && Advance(index, symbol))
            {
                result = _positions[index] == alternatives[index].Symbols.Count ? index : More;
            }
        }

        if (result != More)
        {
            Reset();
        }

        return result;
    }

    /// <summary>Begins anew.</summary>
    public void Reset() => Array.Clear(_positions);

    private bool Advance(int index, int symbol)
    {
        var symbols = alternatives[index].Symbols;
        ref var position = ref _positions[index];
        if (MarkerTable.IsSpace(symbol) && (position == 0 || symbols[position] == SymbolPattern.Space))
        {
            return true;
        }

        if (symbols[position] == SymbolPattern.Space)
        {
            position++;
        }

        position = symbols[position] == symbol ? position + 1 : -1;
        return position >= 0;
    }
}
