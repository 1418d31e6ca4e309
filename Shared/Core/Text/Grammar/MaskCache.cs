using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar;

/// <summary>Keeps the masks that were used last.</summary>
internal sealed class MaskCache(int most)
{
    private readonly Dictionary<Configuration, LinkedListNode<(Configuration At, uint[] Mask)>> _nodes = [];
    private readonly LinkedList<(Configuration At, uint[] Mask)> _byUse = [];

    /// <summary>A configuration's mask; null when it is not kept.</summary>
    public uint[]? Find(Configuration at)
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
    public void Add(Configuration at, uint[] mask)
    {
        if (_nodes.Count == most)
        {
            _nodes.Remove(_byUse.Last!.Value.At);
            _byUse.RemoveLast();
        }

        _nodes.Add(at, _byUse.AddFirst((at, mask)));
    }
}
