using System.Collections.Concurrent;

namespace Rill.Bench.Models;

/// <summary>Bell-shaped numbers from a seed: the same on every machine and in any order of tensors.</summary>
internal static class RandomValues
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const int Piece = 1 << 20;

    // Of a sum of four 16-bit numbers: the mean, and the standard deviation 2^16 * sqrt(4 / 12).
    private const double SumMean = 2 * 65_535.0;
    private const double SumDeviation = 65_536 / 1.7320508075688772;

    /// <summary>Fills with bf16 bits of numbers with this mean and standard deviation, none farther from the mean than 3.5 of it.</summary>
    public static void Fill(Span<ushort> values, ulong seed, float mean, float deviation) => Fill(values, seed, 0, mean, deviation);

    /// <summary>The same on all cores, with the same result: a number depends on the seed and its place alone.</summary>
    public static void FillTogether(ushort[] values, ulong seed, float mean, float deviation) =>
        Parallel.ForEach(Partitioner.Create(0, values.Length, Piece), part => Fill(values.AsSpan(part.Item1..part.Item2), seed, part.Item1, mean, deviation));

    private static void Fill(Span<ushort> values, ulong seed, int first, float mean, float deviation)
    {
        var state = seed + ((ulong)first * Step);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BFloat16(Draw(ref state, mean, deviation));
        }
    }

    /// <summary>Fills with such numbers in single precision.</summary>
    public static void Fill(Span<float> values, ulong seed, float mean, float deviation)
    {
        var state = seed;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Draw(ref state, mean, deviation);
        }
    }

    /// <summary>A seed for a name (FNV-1a, 64 bits), which string.GetHashCode does not give: that differs from process to process.</summary>
    public static ulong SeedOf(string name) =>
        name.Aggregate(14_695_981_039_346_656_037UL, (hash, character) => (hash ^ character) * 1_099_511_628_211UL);

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    public static ulong Next(ref ulong state)
    {
        state += Step;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static float Draw(ref ulong state, float mean, float deviation)
    {
        var bits = Next(ref state);
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (((float)sum - (float)SumMean) * (float)(deviation / SumDeviation)) + mean;
    }

    // Cut off instead of rounded: the numbers are made up anyhow.
    private static ushort BFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
