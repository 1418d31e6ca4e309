using System.Diagnostics.CodeAnalysis;

namespace Rill.Serving;

/// <summary>
/// Which cached block holds which tokens: for each salt a tree in which a node is one full block after its parent's blocks. A node is
/// found by the hash of its parent's hash (a first one's: of the salt) and its own tokens, and compared with them, so a collision is only
/// a miss. Only leaves are evicted, the one used longest ago first, so a cached node's ancestors are always cached too.
/// </summary>
/// <param name="blockSize">Tokens of a block.</param>
/// <param name="stateBlocks">Blocks that the states behind a block take, where there are some.</param>
internal sealed class PrefixCache(int blockSize, int stateBlocks = 0)
{
    private readonly Dictionary<ulong, Node> _nodes = [];
    private readonly LinkedList<Node> _leaves = new();    // by last use, oldest first
    private long _step;
    private int _pinned;
    private int _states;

    /// <summary>Blocks held, those of the states among them.</summary>
    public int Count => _nodes.Count + (_states * stateBlocks);

    /// <summary>
    /// Blocks that may be evicted: all but those that this step uses. Exact as long as whole chains from the root are pinned, which
    /// holds until the step's saves begin.
    /// </summary>
    public int Evictable => Count - _pinned;

    /// <summary>Begins a step: blocks used from now on are safe until the next one.</summary>
    public void BeginStep()
    {
        _step++;
        _pinned = 0;
    }

    /// <summary>The cached blocks that begin these tokens under this salt, at most <paramref name="most"/>, root first.</summary>
    public List<Node> Match(string salt, ReadOnlySpan<int> tokens, int most)
    {
        var chain = new List<Node>();
        while (chain.Count < most
            && TryFind(salt, chain.LastOrDefault(), tokens.Slice(chain.Count * blockSize, blockSize), out var node))
        {
            chain.Add(node);
        }

        return chain;
    }

    /// <summary>The child of a node (null: the salt's root) with these tokens.</summary>
    public bool TryFind(string salt, Node? parent, ReadOnlySpan<int> tokens, [NotNullWhen(true)] out Node? node)
        => _nodes.TryGetValue(Hash(salt, parent, tokens), out node)
            && node.Parent == parent && node.Salt == salt && tokens.SequenceEqual(node.Tokens);

    /// <summary>Adds a child; null when another content has the same hash.</summary>
    public Node? Add(string salt, Node? parent, ReadOnlySpan<int> tokens, int block)
    {
        var node = new Node(salt, parent, tokens.ToArray(), Hash(salt, parent, tokens), block);
        if (!_nodes.TryAdd(node.Hash, node))
        {
            return null;
        }

        if (parent is not null && parent.Children++ == 0)
        {
            _leaves.Remove(parent.Place);
        }

        _leaves.AddLast(node.Place);
        Use(node);
        return node;
    }

    /// <summary>True when this step uses the node.</summary>
    public bool IsPinned(Node node) => node.LastUse == _step;

    /// <summary>Marks a node as used now, which protects it for this step.</summary>
    public void Use(Node node)
    {
        if (IsPinned(node))
        {
            return;
        }

        node.LastUse = _step;
        _pinned += WeightOf(node);
        if (node.Children == 0)
        {
            _leaves.Remove(node.Place);
            _leaves.AddLast(node.Place);
        }
    }

    /// <summary>Blocks that a node holds, its states' among them.</summary>
    public int WeightOf(Node node) => node.HasState ? 1 + stateBlocks : 1;

    /// <summary>Notes under which number the states behind a node are saved.</summary>
    public void SetState(Node node, int state)
    {
        node.State = state;
        _states++;
        _pinned += IsPinned(node) ? stateBlocks : 0;
    }

    /// <summary>Forgets the states behind a node and returns their number.</summary>
    public int TakeState(Node node)
    {
        var state = node.State;
        node.State = Node.NoState;
        _states--;
        _pinned -= IsPinned(node) ? stateBlocks : 0;
        return state;
    }

    /// <summary>Forgets the leaf that was used longest ago, whose numbers are free then; false when this step uses them all.</summary>
    public bool TryEvict([NotNullWhen(true)] out Node? evicted)
    {
        evicted = _leaves.First?.Value;
        if (evicted is null || IsPinned(evicted))
        {
            evicted = null;
            return false;
        }

        Remove(evicted);
        return true;
    }

    /// <summary>Forgets a leaf.</summary>
    public void Remove(Node leaf)
    {
        leaf.IsCached = false;
        _nodes.Remove(leaf.Hash);
        _leaves.Remove(leaf.Place);
        _pinned -= IsPinned(leaf) ? WeightOf(leaf) : 0;
        _states -= leaf.HasState ? 1 : 0;
        if (leaf.Parent is { } parent && --parent.Children == 0)
        {
            AddLeaf(parent);
        }
    }

    private static ulong Hash(string salt, Node? parent, ReadOnlySpan<int> tokens)
    {
        var hash = parent?.Hash ?? HashOf(salt);
        foreach (var token in tokens)
        {
            hash = Add(hash, (uint)token);
        }

        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15UL;
        return hash ^ (hash >> 29);
    }

    private static ulong HashOf(string salt)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in salt)
        {
            hash = Add(hash, character);
        }

        return hash;
    }

    /// <summary>FNV-1a over whole values: quick, and its quality only decides how rarely a block goes uncached.</summary>
    private static ulong Add(ulong hash, uint value) => (hash ^ value) * 1099511628211UL;

    /// <summary>A node without children again: it takes its place by its last use, near the front as a rule.</summary>
    private void AddLeaf(Node node)
    {
        var place = _leaves.First;
        while (place is not null && place.Value.LastUse < node.LastUse)
        {
            place = place.Next;
        }

        if (place is null)
        {
            _leaves.AddLast(node.Place);
        }
        else
        {
            _leaves.AddBefore(place, node.Place);
        }
    }

    /// <summary>One cached block.</summary>
    internal sealed class Node
    {
        public const int NoState = -1;

        public Node(string salt, Node? parent, int[] tokens, ulong hash, int block)
        {
            Salt = salt;
            Parent = parent;
            Tokens = tokens;
            Hash = hash;
            Block = block;
            Place = new LinkedListNode<Node>(this);
        }

        public string Salt { get; }

        public Node? Parent { get; }

        public int[] Tokens { get; }

        public ulong Hash { get; }

        public int Block { get; }

        public LinkedListNode<Node> Place { get; }

        public int Children { get; set; }

        public long LastUse { get; set; }

        public bool IsCached { get; set; } = true;

        /// <summary>The number of the states that belong behind the block.</summary>
        public int State { get; set; } = NoState;

        public bool HasState => State != NoState;
    }
}
