using System.Diagnostics.CodeAnalysis;

namespace Rill.Serving;

/// <summary>
/// Which cached block holds which tokens: a tree in which a node is one full block after its parent's blocks. A node is found by the hash
/// of its parent's hash and its own tokens, and compared with them, so a collision is only a miss. Eviction takes the node that was
/// used longest ago; touching a chain from its end to its root keeps every parent younger than its children, so that node is a leaf.
/// </summary>
internal sealed class PrefixCache(int blockSize)
{
    private readonly Dictionary<ulong, Node> _nodes = [];
    private readonly LinkedList<Node> _byUse = [];    // the first was used longest ago
    private long _step;
    private int _pinned;

    /// <summary>Blocks held.</summary>
    public int Count => _byUse.Count;

    /// <summary>Blocks that may be evicted: those that this step has not touched.</summary>
    public int Evictable => Count - _pinned;

    /// <summary>Begins a step: blocks touched from now on are safe until the next one.</summary>
    public void BeginStep()
    {
        _step++;
        _pinned = 0;
    }

    /// <summary>The cached blocks that begin these tokens, at most <paramref name="most"/>, root first.</summary>
    public List<Node> Match(ReadOnlySpan<int> tokens, int most)
    {
        var chain = new List<Node>();
        while (chain.Count < most && TryFind(chain.LastOrDefault(), Block(tokens, chain.Count), out var node))
        {
            chain.Add(node);
        }

        return chain;
    }

    /// <summary>The child of a node (null: the root) with these tokens.</summary>
    public bool TryFind(Node? parent, ReadOnlySpan<int> tokens, [NotNullWhen(true)] out Node? node)
        => _nodes.TryGetValue(Hash(parent, tokens), out node) && node.Parent == parent && tokens.SequenceEqual(node.Tokens);

    /// <summary>Adds a child; null when another content has the same hash.</summary>
    public Node? Add(Node? parent, ReadOnlySpan<int> tokens, int block)
    {
        var node = new Node(parent, tokens.ToArray(), Hash(parent, tokens), block);
        if (!_nodes.TryAdd(node.Hash, node))
        {
            return null;
        }

        _byUse.AddLast(node.Place);
        Pin(node);
        return node;
    }

    /// <summary>True when this step uses the node.</summary>
    public bool IsPinned(Node node) => node.Step == _step;

    /// <summary>Protects a node for this step.</summary>
    public void Pin(Node node)
    {
        if (node.Step != _step)
        {
            node.Step = _step;
            _pinned++;
        }
    }

    /// <summary>Marks a chain as used, from its last node to the root.</summary>
    public void Touch(Node? last)
    {
        for (var node = last; node is not null; node = node.Parent)
        {
            Pin(node);
            _byUse.Remove(node.Place);
            _byUse.AddLast(node.Place);
        }
    }

    /// <summary>Removes the block that was used longest ago and gives its number back.</summary>
    public bool TryEvict(out int block)
    {
        var place = _byUse.First;
        while (place is not null && place.Value.Step == _step)
        {
            place = place.Next;
        }

        block = place?.Value.Block ?? -1;
        if (place is not null)
        {
            Remove(place.Value);
        }

        return place is not null;
    }

    /// <summary>Forgets a node without children.</summary>
    public void Remove(Node node)
    {
        _nodes.Remove(node.Hash);
        _byUse.Remove(node.Place);
        if (node.Step == _step)
        {
            _pinned--;
        }
    }

    private ReadOnlySpan<int> Block(ReadOnlySpan<int> tokens, int index) => tokens.Slice(index * blockSize, blockSize);

    private static ulong Hash(Node? parent, ReadOnlySpan<int> tokens)
    {
        // FNV-1a over whole tokens with a final mix: quick, and its quality only decides how rarely a block goes uncached.
        var hash = parent?.Hash ?? 14695981039346656037UL;
        foreach (var token in tokens)
        {
            hash = (hash ^ (uint)token) * 1099511628211UL;
        }

        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }

    /// <summary>One cached block.</summary>
    internal sealed class Node
    {
        public Node(Node? parent, int[] tokens, ulong hash, int block)
        {
            Parent = parent;
            Tokens = tokens;
            Hash = hash;
            Block = block;
            Place = new LinkedListNode<Node>(this);
        }

        public Node? Parent { get; }

        public int[] Tokens { get; }

        public ulong Hash { get; }

        public int Block { get; }

        public LinkedListNode<Node> Place { get; }

        public long Step { get; set; }
    }
}
