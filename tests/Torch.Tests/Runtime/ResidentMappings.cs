using System.Globalization;

namespace Rill.Torch.Tests.Runtime;

/// <summary>Which of the process's memory is resident, by address: other memory comes and goes while a test runs.</summary>
internal static class ResidentMappings
{
    /// <summary>Resident bytes of all mappings that overlap a range.</summary>
    public static long Bytes(nint address, long size)
    {
        var (total, inside) = (0L, false);
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (Bounds(line) is var (from, to))
            {
                inside = from < address + size && to > address;
            }
            else if (inside && line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                total += long.Parse(line[4..^2], CultureInfo.InvariantCulture) * 1024;
            }
        }

        return total;
    }

    /// <summary>The bounds on the first line of a mapping; null for the lines that describe it.</summary>
    private static (long From, long To)? Bounds(string line)
    {
        var parts = line.Split(' ', 2)[0].Split('-');
        return parts is [var first, var second] && Parse(first) is { } from && Parse(second) is { } to ? (from, to) : null;

        static long? Parse(string digits) => long.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
