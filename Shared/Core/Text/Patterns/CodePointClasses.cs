namespace Rill.Text.Patterns;

/// <summary>
/// Divides the code points into classes that a pattern cannot tell apart: two of one class lie in the same of its sets. ASCII is divided at
/// once, every other code point when it is first met. Thread-safe: two threads that meet the same one find the same class.
/// </summary>
internal sealed class CodePointClasses
{
    /// <summary>The class of no code point: the end of the text.</summary>
    public const int End = 0;

    /// <summary>The class of code points for which no class was left; no known pattern has a fifth of so many.</summary>
    public const int Overflow = Count - 1;

    /// <summary>How many classes there are at most.</summary>
    public const int Count = 128;

    /// <summary>How many sets a pattern may have.</summary>
    public const int LargestSetCount = 64;

    private const int PageBits = 8;

    private readonly CodePointSet[] _sets;
    private readonly byte[] _ascii = new byte[128];
    private readonly byte[]?[] _pages = new byte[]?[CodePoint.Limit >> PageBits];
    private readonly Dictionary<ulong, byte> _classes = [];
    private readonly ulong[] _members = new ulong[Count];
    private readonly Lock _lock = new();

    /// <param name="sets">The sets that the pattern speaks of.</param>
    public CodePointClasses(CodePointSet[] sets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sets.Length, LargestSetCount);
        _sets = sets;
        for (var unit = 0; unit < _ascii.Length; unit++)
        {
            _ascii[unit] = FindClass(unit);
        }
    }

    /// <summary>Reads at <paramref name="index"/>: the code point's class, and its length in UTF-16 units; End and 0 behind the text.</summary>
    public int Read(ReadOnlySpan<char> text, int index, out int length)
    {
        if ((uint)index >= (uint)text.Length)
        {
            length = 0;
            return End;
        }

        var unit = text[index];
        var ascii = _ascii;
        if (unit < ascii.Length)
        {
            length = 1;
            return ascii[unit];
        }

        return ReadBeyondAscii(text, index, out length);
    }

    /// <summary>True when the code points of a class lie in the set of this index; the end of the text lies in none.</summary>
    public bool IsMember(int classIndex, int setIndex) => (_members[classIndex] >> setIndex & 1) != 0;

    private int ReadBeyondAscii(ReadOnlySpan<char> text, int index, out int length)
    {
        var codePoint = CodePoint.Read(text, index, out length);
        var page = _pages[codePoint >> PageBits] ??= new byte[1 << PageBits];
        ref var known = ref page[codePoint & ((1 << PageBits) - 1)];
        return known != End ? known : known = FindClass(codePoint);
    }

    private byte FindClass(int codePoint)
    {
        var members = 0UL;
        for (var index = 0; index < _sets.Length; index++)
        {
            members |= _sets[index].Test(codePoint) ? 1UL << index : 0;
        }

        lock (_lock)
        {
            if (!_classes.TryGetValue(members, out var found))
            {
                found = (byte)Math.Min(_classes.Count + 1, Overflow);
                if (found == Overflow)
                {
                    return found;
                }

                _members[found] = members;
                _classes.Add(members, found);
            }

            return found;
        }
    }
}
