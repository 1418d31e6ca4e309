namespace Rill.Text.Grammar;

/// <summary>Keeps the masks that were used last.</summary>
internal sealed class MaskCache<TKey>(int most)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey At, uint[] Mask)>> _nodes = [];
    private readonly LinkedList<(TKey At, uint[] Mask)> _byUse = [];

    /// <summary>A key's mask; null when it is not kept.</summary>
    public uint[]? Find(TKey at)
    {
        if (!_nodes.TryGetValue(at, out var node))
        {
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value.Mask;
    }

    /// <summary>Keeps a mask, in the place of the one that was not used for longest.</summary>
    public void Add(TKey at, uint[] mask)
    {
        if (_nodes.Count == most)
        {
            _nodes.Remove(_byUse.Last!.Value.At);
            _byUse.RemoveLast();
        }

        _nodes.Add(at, _byUse.AddFirst((at, mask)));
    }
}
