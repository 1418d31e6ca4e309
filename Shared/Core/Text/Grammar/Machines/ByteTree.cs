using System.Runtime.InteropServices;

namespace Rill.Text.Grammar.Machines;

/// <summary>The beginnings of texts as a tree; node 0 is the empty one.</summary>
internal sealed class ByteTree
{
    private const int None = -1;

    private readonly List<Node> _nodes = [new(default, None)];

    /// <summary>Adds a text with its number; numbers ascend. A text that is there already keeps its first number.</summary>
    public void Add(ReadOnlySpan<byte> text, int number)
    {
        var node = 0;
        At(0).Note(number);
        foreach (var next in text)
        {
            var child = Child(node, next);
            if (child == None)
            {
                child = _nodes.Count;
                _nodes.Add(new(next, At(node).Children));
                At(node).Children = child;
            }

            node = child;
            At(node).Note(number);
        }

        ref var end = ref At(node).End;
        end = end == None ? number : end;
    }

    /// <summary>The node after one more byte, or -1.</summary>
    public int Child(int node, byte next)
    {
        var child = At(node).Children;
        while (child != None && At(child).Value != next)
        {
            child = At(child).Sibling;
        }

        return child;
    }

    /// <summary>The bytes that lead on from a node.</summary>
    public ByteSet Next(int node)
    {
        var set = default(ByteSet);
        for (var child = At(node).Children; child != None; child = At(child).Sibling)
        {
            set |= ByteSet.Of(At(child).Value);
        }

        return set;
    }

    /// <summary>True when a text goes on from a node.</summary>
    public bool HasChildren(int node) => At(node).Children != None;

    /// <summary>The number of the text that ends at a node, or -1.</summary>
    public int EndAt(int node) => At(node).End;

    /// <summary>The numbers of all texts that begin as a node says, ascending; valid until a text is added.</summary>
    public ReadOnlySpan<int> Below(int node)
    {
        ref var at = ref At(node);
        return at.Many is { } many ? CollectionsMarshal.AsSpan(many) : at.One == None ? [] : new ReadOnlySpan<int>(ref at.One);
    }

    private ref Node At(int node) => ref CollectionsMarshal.AsSpan(_nodes)[node];

    /// <summary>A node: its byte, its first child and the next one of its parent's; the number that ends there, and those below.</summary>
    private struct Node(byte value, int sibling)
    {
        public readonly byte Value = value;
        public readonly int Sibling = sibling;
        public int Children = None;
        public int End = None;
        public int One = None;
        public List<int>? Many;

        /// <summary>Notes a number below. Most nodes have one, and need no list.</summary>
        public void Note(int number)
        {
            if (One == None)
            {
                One = number;
                return;
            }

            (Many ??= [One]).Add(number);
        }
    }
}
