using System.Numerics;

namespace Rill.Text.Grammar.Machines;

/// <summary>Some of the 256 bytes.</summary>
/// <param name="Low">A bit for each below 128.</param>
/// <param name="High">A bit for each from 128 on.</param>
internal readonly record struct ByteSet(UInt128 Low, UInt128 High)
{
    private const int Half = 128;

    /// <summary>All of them.</summary>
    public static ByteSet All { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Those from one to another, both included; none where the first is above the last.</summary>
    public static ByteSet Range(int first, int last)
    {
        var all = From(first) & ~From(last + 1);
        return first > last ? default : all;
    }

    /// <summary>One.</summary>
    public static ByteSet Of(byte one) => one < Half ? new(UInt128.One << one, 0) : new(0, UInt128.One << (one - Half));

    /// <summary>Those of a text.</summary>
    public static ByteSet Of(ReadOnlySpan<byte> text)
    {
        var set = default(ByteSet);
        foreach (var one in text)
        {
            set |= Of(one);
        }

        return set;
    }

    /// <summary>Those that both have.</summary>
    public static ByteSet operator &(ByteSet one, ByteSet other) => new(one.Low & other.Low, one.High & other.High);

    /// <summary>Those that at least one has.</summary>
    public static ByteSet operator |(ByteSet one, ByteSet other) => new(one.Low | other.Low, one.High | other.High);

    /// <summary>Those that it does not have.</summary>
    public static ByteSet operator ~(ByteSet set) => new(~set.Low, ~set.High);

    /// <summary>True when a byte is one of them.</summary>
    public bool Contains(byte one) => ((one < Half ? Low >> one : High >> (one - Half)) & 1) != 0;

    /// <summary>Writes a value at the place of each of them.</summary>
    public void Fill<T>(T[] row, T value)
    {
        Fill((ulong)Low, 0, row, value);
        Fill((ulong)(Low >> 64), 64, row, value);
        Fill((ulong)High, Half, row, value);
        Fill((ulong)(High >> 64), Half + 64, row, value);
    }

    private static ByteSet From(int first) => first < Half
        ? new(UInt128.MaxValue << first, UInt128.MaxValue)
        : new(0, first < 2 * Half ? UInt128.MaxValue << (first - Half) : 0);

    private static void Fill<T>(ulong bits, int first, T[] row, T value)
    {
        // By runs: those of a set are few, and long where most bytes mean the same.
        while (bits != 0)
        {
            var start = BitOperations.TrailingZeroCount(bits);
            var length = BitOperations.TrailingZeroCount(~(bits >> start));
            row.AsSpan(first + start, length).Fill(value);
            bits = start + length < 64 ? bits & (ulong.MaxValue << (start + length)) : 0;
        }
    }
}
