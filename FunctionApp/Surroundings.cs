using System.Globalization;

namespace Rill.FunctionApp;

/// <summary>
/// What a worker needs of the system beside memory. It is looked at first: where it lacks, anything fails anywhere, in words that name
/// something else.
/// </summary>
internal static class Surroundings
{
    private const string Limits = "/proc/self/limits";
    private const string OpenFiles = "Max open files";
    private const string AddressSpace = "Max address space";

    /// <summary>A start takes half of them, each connection one.</summary>
    private const long LeastOpenFiles = 512;

    /// <summary>.NET, libtorch and the cache reserve so many bytes of addresses and use a small part of them.</summary>
    private const long LeastAddressSpace = 12L << 30;

    /// <summary>Looks at this process's limits, where the system tells them.</summary>
    /// <exception cref="StartFailureException">One is too low; the message names it and what is needed.</exception>
    public static void Check() => Check(File.Exists(Limits) ? File.ReadAllLines(Limits) : []);

    /// <summary>Looks at limits as Linux tells them, one in a line.</summary>
    /// <exception cref="StartFailureException">One is too low; the message names it and what is needed.</exception>
    internal static void Check(IReadOnlyList<string> limits)
    {
        if (SoftLimit(limits, OpenFiles) is < LeastOpenFiles and var files)
        {
            throw new StartFailureException(string.Create(CultureInfo.InvariantCulture,
                $"this process may open {files} files, and needs {LeastOpenFiles} or more: raise the limit (ulimit -n, LimitNOFILE)."));
        }

        if (SoftLimit(limits, AddressSpace) is < LeastAddressSpace and var bytes)
        {
            throw new StartFailureException(string.Create(CultureInfo.InvariantCulture,
                $"this process may have {bytes >> 20} MiB of addresses, and needs {LeastAddressSpace >> 20} or more, most of which it never uses: raise the limit (ulimit -v, LimitAS), and bound its memory by a container instead."));
        }
    }

    /// <summary>Null where it is unlimited or not told.</summary>
    private static long? SoftLimit(IEnumerable<string> limits, string name) =>
        limits.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
        && long.TryParse(found[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
}
