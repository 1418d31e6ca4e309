using System.Runtime.InteropServices;

namespace Rill.Text.Grammar.Strings;

/// <summary>
/// Divides the code points into classes whose members an automaton does not tell apart: intervals, each with its class.
/// </summary>
internal sealed class CharacterClasses
{
    private readonly int[] _starts;
    private readonly int[] _classes;
    private ClassesOfBytes? _bytes;
    private int[][]? _groups;

    private CharacterClasses(int[] starts, int[] classes, int count) => (_starts, _classes, Count) = (starts, classes, count);

    /// <summary>One class for all.</summary>
    public static CharacterClasses One { get; } = new([0], [0], 1);

    /// <summary>Number of classes.</summary>
    public int Count { get; }

    /// <summary>Which bytes of UTF-8 begin characters of one class.</summary>
    public ClassesOfBytes Bytes => _bytes ??= new(this);

    /// <summary>The classes that the members of each of the <see cref="CharacterGroups"/> are in.</summary>
    public int[][] Groups => _groups ??= [.. CharacterGroups.Members.Select(group => Of(group).ToArray())];

    /// <summary>Number of intervals.</summary>
    public int Intervals => _starts.Length;

    /// <summary>The classes by which members of some sets differ from one another.</summary>
    public static CharacterClasses Of(IReadOnlyList<CodePointRanges> sets)
    {
        var starts = sets.SelectMany(set => set.Ranges).SelectMany(range => new[] { range.First, range.Last + 1 })
            .Append(0).Where(start => start <= CodePointRanges.Last).Distinct().Order().ToArray();
        var members = new List<int>[starts.Length];
        for (var index = 0; index < sets.Count; index++)
        {
            foreach (var (first, last) in sets[index].Ranges)
            {
                for (var at = Array.BinarySearch(starts, first); at < starts.Length && starts[at] <= last; at++)
                {
                    (members[at] ??= []).Add(index);
                }
            }
        }

        var tuples = new NumberedTuples();
        return new(starts, [.. members.Select(list => tuples.NumberOf(CollectionsMarshal.AsSpan(list), out _))], tuples.Count);
    }

    /// <summary>A class for each of some characters, and the first one for all others.</summary>
    /// <param name="letters">The characters, ascending, each once.</param>
    public static CharacterClasses OfLetters(IReadOnlyList<int> letters)
    {
        var (starts, classes) = (new List<int> { 0 }, new List<int> { 0 });
        foreach (var (index, letter) in letters.Index())
        {
            if (starts[^1] == letter)
            {
                classes[^1] = index + 1;
            }
            else
            {
                starts.Add(letter);
                classes.Add(index + 1);
            }

            if (letter < CodePointRanges.Last)
            {
                starts.Add(letter + 1);
                classes.Add(0);
            }
        }

        return new([.. starts], [.. classes], letters.Count + 1);
    }

    /// <summary>The classes that differ in at least one of several divisions.</summary>
    /// <param name="divisions">At least one.</param>
    /// <param name="parts">The class in each of the divisions, by the class in the result.</param>
    public static CharacterClasses Combine(IReadOnlyList<CharacterClasses> divisions, out int[][] parts)
    {
        var starts = divisions.SelectMany(division => division._starts).Distinct().Order().ToArray();
        var tuples = new NumberedTuples();
        var (classes, tuple) = (new int[starts.Length], new int[divisions.Count]);
        for (var at = 0; at < starts.Length; at++)
        {
            for (var division = 0; division < tuple.Length; division++)
            {
                tuple[division] = divisions[division].ClassOf(starts[at]);
            }

            classes[at] = tuples.NumberOf(tuple, out _);
        }

        parts = [.. Enumerable.Range(0, tuples.Count).Select(number => tuples[number])];
        return new(starts, classes, tuples.Count);
    }

    /// <summary>The class of a code point.</summary>
    public int ClassOf(int codePoint) => _classes[IntervalOf(codePoint)];

    /// <summary>The index of the interval that a code point lies in.</summary>
    public int IntervalOf(int codePoint)
    {
        var at = Array.BinarySearch(_starts, codePoint);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The first code point of the interval that holds all of a range; -1 when none does.</summary>
    public int FindCommon(int first, int last) => IntervalOf(first) is var at && IntervalOf(last) == at ? _starts[at] : -1;

    /// <summary>An interval's first code point and class.</summary>
    public (int First, int Class) Interval(int index) => (_starts[index], _classes[index]);

    /// <summary>The classes of the members of a set; a set that was not among those that made the division may share some.</summary>
    public IEnumerable<int> Of(CodePointRanges set)
    {
        var seen = new HashSet<int>();
        foreach (var (first, last) in set.Ranges)
        {
            for (var at = IntervalOf(first); at < _starts.Length && _starts[at] <= last; at++)
            {
                if (seen.Add(_classes[at]))
                {
                    yield return _classes[at];
                }
            }
        }
    }
}
