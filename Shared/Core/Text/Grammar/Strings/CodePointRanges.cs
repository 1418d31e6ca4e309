using Rill.Text.Patterns;

namespace Rill.Text.Grammar.Strings;

/// <summary>A set of code points as ascending ranges that neither overlap nor touch.</summary>
internal sealed class CodePointRanges
{
    /// <summary>The largest code point.</summary>
    public const int Last = CodePoint.Limit - 1;

    private readonly (int First, int Last)[] _ranges;

    private CodePointRanges((int First, int Last)[] ranges) => _ranges = ranges;

    /// <summary>Every code point.</summary>
    public static CodePointRanges All { get; } = Of((0, Last));

    /// <summary>The ranges, ascending.</summary>
    public IReadOnlyList<(int First, int Last)> Ranges => _ranges;

    /// <summary>The union of ranges in any order.</summary>
    public static CodePointRanges Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new([.. merged]);
    }

    /// <summary>Every code point that passes a test.</summary>
    public static CodePointRanges Where(Func<int, bool> test)
    {
        var ranges = new List<(int First, int Last)>();
        for (var codePoint = 0; codePoint <= Last; codePoint++)
        {
            if (!test(codePoint))
            {
                continue;
            }

            var first = codePoint;
            while (codePoint < Last && test(codePoint + 1))
            {
                codePoint++;
            }

            ranges.Add((first, codePoint));
        }

        return new([.. ranges]);
    }

    /// <summary>All others.</summary>
    public CodePointRanges Complement()
    {
        var ranges = new List<(int First, int Last)>();
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                ranges.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Last)
        {
            ranges.Add((next, Last));
        }

        return new([.. ranges]);
    }
}
