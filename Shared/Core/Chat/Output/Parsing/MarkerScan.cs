namespace Rill.Chat.Output.Parsing;

/// <summary>
/// Looks for marks in running text. Held back is only what may be the beginning of one; of several the one that begins first is found.
/// </summary>
/// <param name="markers">The marks as symbols, none empty.</param>
internal sealed class MarkerScan(IReadOnlyList<int[]> markers)
{
    private readonly List<int> _held = [];

    /// <summary>True when symbols are held back.</summary>
    public bool IsHolding => _held.Count > 0;

    /// <summary>Takes a symbol.</summary>
    /// <param name="symbol">The symbol.</param>
    /// <param name="release">Gets the symbols that belong to no mark.</param>
    /// <returns>The mark that this symbol completes, as its place in the list; -1 for none.</returns>
    public int Take(int symbol, Action<int> release)
    {
        if (_held.Count == 0 && !Begins(symbol))
        {
            release(symbol);
            return -1;
        }

        _held.Add(symbol);
        while (_held.Count > 0)
        {
            var (isPrefix, complete) = Match();
            if (complete >= 0)
            {
                _held.Clear();
                return complete;
            }

            if (isPrefix)
            {
                return -1;
            }

            release(_held[0]);
            _held.RemoveAt(0);
        }

        return -1;
    }

    /// <summary>At the end of the text: gives what was held back.</summary>
    public void Flush(Action<int> release)
    {
        foreach (var symbol in _held)
        {
            release(symbol);
        }

        _held.Clear();
    }

    /// <summary>Takes away what was held back: nobody looks for marks here any more.</summary>
    public int[] TakeHeld()
    {
        int[] held = [.. _held];
        _held.Clear();
        return held;
    }

    /// <summary>True when a mark begins with this symbol.</summary>
    public bool Begins(int symbol)
    {
        foreach (var marker in markers)
        {
            if (marker[0] == symbol)
            {
                return true;
            }
        }

        return false;
    }

    private (bool IsPrefix, int Complete) Match()
    {
        var isPrefix = false;
        for (var index = 0; index < markers.Count; index++)
        {
            var marker = markers[index];
            if (_held.Count <= marker.Length && StartsWithHeld(marker))
            {
                if (_held.Count == marker.Length)
                {
                    return (true, index);
                }

                isPrefix = true;
            }
        }

        return (isPrefix, -1);
    }

    private bool StartsWithHeld(int[] marker)
    {
        for (var index = 0; index < _held.Count; index++)
        {
            if (marker[index] != _held[index])
            {
                return false;
            }
        }

        return true;
    }
}
