namespace Rill.Torch.Cache;

/// <summary>
/// Where the blocks of the prefix cache lie. They come and go in any order, but the memory behind them is mapped from the beginning on: so a
/// block takes the lowest free place, and where memory is short the last ones move down until no place is free between them.
/// </summary>
/// <param name="count">Number of blocks.</param>
internal sealed class BlockPlaces(int count)
{
    private const int Nowhere = -1;

    private readonly int[] _placeOf = Filled(count);    // [block]
    private readonly List<int> _blockAt = [];           // [place]
    private readonly SortedSet<int> _free = [];         // places before the end

    /// <summary>One beyond the last place that is taken.</summary>
    public int End => _blockAt.Count;

    /// <summary>Where a block lies.</summary>
    /// <exception cref="InvalidOperationException">Nothing was saved in it: a fault of the scheduler.</exception>
    public int Of(int block) => _placeOf[block] != Nowhere
        ? _placeOf[block]
        : throw new InvalidOperationException($"Nothing was saved in block {block} of the prefix cache.");

    /// <summary>Gives a block a place, or the one that it has.</summary>
    public int Take(int block)
    {
        if (_placeOf[block] == Nowhere)
        {
            Put(block, _free.Count > 0 ? _free.Min : End);
        }

        return _placeOf[block];
    }

    /// <summary>Takes a block's place away, where it has one.</summary>
    public void Release(int block)
    {
        var place = _placeOf[block];
        if (place != Nowhere)
        {
            _placeOf[block] = Nowhere;
            Leave(place);
        }
    }

    /// <summary>Moves the last block to the lowest free place; false when none is free before it.</summary>
    public bool TryMoveLast(out (int From, int To) move)
    {
        move = default;
        if (_free.Count == 0)
        {
            return false;
        }

        move = (End - 1, _free.Min);
        var block = _blockAt[move.From];
        Leave(move.From);    // which drops free places before it, perhaps all of them: then the end is the lowest
        Put(block, move.To);
        return true;
    }

    private static int[] Filled(int count)
    {
        var places = new int[count];
        Array.Fill(places, Nowhere);
        return places;
    }

    private void Put(int block, int place)
    {
        if (place == End)
        {
            _blockAt.Add(block);
        }
        else
        {
            _free.Remove(place);
            _blockAt[place] = block;
        }

        _placeOf[block] = place;
    }

    private void Leave(int place)
    {
        _blockAt[place] = Nowhere;
        _free.Add(place);
        while (_blockAt is [.., Nowhere])
        {
            _free.Remove(End - 1);
            _blockAt.RemoveAt(End - 1);
        }
    }
}
