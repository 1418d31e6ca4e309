using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Rill.Text.Grammar.Strings;

/// <summary>Lists of numbers, each numbered when it is first seen.</summary>
internal sealed class NumberedTuples
{
    private readonly Dictionary<int[], int> _numbers = new(new Comparer());
    private readonly Dictionary<int[], int>.AlternateLookup<ReadOnlySpan<int>> _bySpan;
    private readonly List<int[]> _tuples = [];

    /// <summary>None so far.</summary>
    public NumberedTuples() => _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<int>>();

    /// <summary>How many there are.</summary>
    public int Count => _tuples.Count;

    /// <summary>The one with a number.</summary>
    public int[] this[int number] => _tuples[number];

    /// <summary>The number of a list.</summary>
    public int NumberOf(ReadOnlySpan<int> tuple, out bool isNew)
    {
        isNew = !_bySpan.TryGetValue(tuple, out var number);
        if (isNew)
        {
            number = _tuples.Count;
            _tuples.Add(tuple.ToArray());
            _numbers.Add(_tuples[^1], number);
        }

        return number;
    }

    private sealed class Comparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
    {
        public bool Equals(int[]? one, int[]? other) => one.AsSpan().SequenceEqual(other);

        public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] int[] tuple) => GetHashCode(tuple.AsSpan());

        public int GetHashCode(ReadOnlySpan<int> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(alternate));
            return hash.ToHashCode();
        }

        public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
    }
}
