using Rill.Text.Grammar.Machines;

namespace Rill.Text.Grammar.Strings;

/// <summary>Which bytes between two characters in UTF-8 mean the same to an automaton: they are, or begin, characters of one class.</summary>
internal sealed class ClassesOfBytes
{
    /// <summary>The first byte that is no ASCII character.</summary>
    public const int FirstOther = 0x80;

    private const int FirstLead = 0xC2;
    private const int AfterLeads = 0xF5;

    private readonly (int Class, ByteSet Members)[] _ascii;
    private readonly List<ByteSet> _others = [];
    private readonly byte[] _numberOf = new byte[256 - FirstOther];

    /// <summary>For classes of code points.</summary>
    public ClassesOfBytes(CharacterClasses classes)
    {
        _ascii = [.. OfAscii(classes)];
        var keys = new List<(int Missing, int Meaning)>();    // few, mostly seven
        for (var one = FirstOther; one <= byte.MaxValue; one++)
        {
            var key = KeyOf(classes, one);
            var number = keys.IndexOf(key);
            if (number < 0)
            {
                number = keys.Count;
                keys.Add(key);
                _others.Add(default);
            }

            _numberOf[one - FirstOther] = (byte)number;
            _others[number] |= ByteSet.Of((byte)one);
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

    /// <summary>The classes that have ASCII characters, with these.</summary>
    public ReadOnlySpan<(int Class, ByteSet Members)> Ascii => _ascii;

    /// <summary>The bytes that mean what one of them means, from <see cref="FirstOther"/> on.</summary>
    public ByteSet Alike(byte one) => _others[_numberOf[one - FirstOther]];

    private static List<(int Class, ByteSet Members)> OfAscii(CharacterClasses classes)
    {
        var found = new List<(int Class, ByteSet Members)>();
        for (var at = 0; at < classes.Intervals && classes.Interval(at) is var (first, characterClass) && first < FirstOther; at++)
        {
            var end = at + 1 < classes.Intervals ? Math.Min(classes.Interval(at + 1).First, FirstOther) : FirstOther;
            var members = ByteSet.Range(first, end - 1);
            var known = found.FindIndex(one => one.Class == characterClass);
            if (known < 0)
            {
                found.Add((characterClass, members));
            }
            else
            {
                found[known] = (characterClass, found[known].Members | members);
            }
        }

        return found;
    }

    /// <summary>How many bytes are missing after one, and what it means: a class, or where the interval begins that holds all it can become.</summary>
    private static (int Missing, int Meaning) KeyOf(CharacterClasses classes, int one)
    {
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
