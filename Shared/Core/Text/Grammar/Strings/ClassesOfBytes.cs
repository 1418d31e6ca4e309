using System.Runtime.InteropServices;
using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar.Strings;

/// <summary>Which bytes between two characters in UTF-8 mean the same to an automaton: they are, or begin, characters of one class.</summary>
internal sealed class ClassesOfBytes
{
    private const int FirstLead = 0xC2;
    private const int AfterLeads = 0xF5;

    private readonly ByteSet[] _alike = new ByteSet[256];

    /// <summary>For classes of code points.</summary>
    public ClassesOfBytes(CharacterClasses classes)
    {
        var (numbers, sets, numberOf) = (new Dictionary<(int Missing, int Meaning), int>(), new List<ByteSet>(), new int[_alike.Length]);
        for (var one = 0; one < _alike.Length; one++)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, KeyOf(classes, one), out var isKnown);
            if (!isKnown)
            {
                number = sets.Count;
                sets.Add(default);
            }

            numberOf[one] = number;
            sets[number] |= ByteSet.Of((byte)one);
        }

        for (var one = 0; one < _alike.Length; one++)
        {
            _alike[one] = sets[numberOf[one]];
        }
    }

    /// <summary>The bytes that follow the first one of a character.</summary>
    public static ByteSet Continuations { get; } = ByteSet.Range(0x80, 0xBF);

    /// <summary>Those of them that fulfil something.</summary>
    public static ByteSet ContinuationsWhere(Predicate<byte> isMeant)
    {
        var set = default(ByteSet);
        for (byte one = 0x80; one <= 0xBF; one++)
        {
            set |= isMeant(one) ? ByteSet.Of(one) : default;
        }

        return set;
    }

    /// <summary>The bytes that mean what one of them means.</summary>
    public ByteSet Alike(byte one) => _alike[one];

    /// <summary>How many bytes are missing after one, and what it means: a class, or where the interval begins that holds all it can become.</summary>
    private static (int Missing, int Meaning) KeyOf(CharacterClasses classes, int one)
    {
        if (one < 0x80)
        {
            return (0, classes.ClassOf(one));
        }

        if (one is < FirstLead or >= AfterLeads)
        {
            return (0, -1);
        }

        var missing = one < 0xE0 ? 1 : one < 0xF0 ? 2 : 3;
        var first = (one & (0x3F >> missing)) << (6 * missing);
        var last = first + (1 << (6 * missing)) - 1;

        // These begin some that are too long for what they are, halves of pairs, or more than the last code point: they are like no other.
        return (missing, one is 0xE0 or 0xED or 0xF0 or 0xF4 || classes.FindCommon(first, last) is not (var start and >= 0) ? ~one : start);
    }
}
