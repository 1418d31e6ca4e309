using System.Runtime.InteropServices;

namespace Rill.LocalHost;

/// <summary>How many connections the process has descriptors for.</summary>
internal static partial class DescriptorLimit
{
    /// <summary>What the process needs beside its clients: its files, pipes to the worker, the runtime's own.</summary>
    private const int Reserve = 256;

    /// <summary>A client's connection, and one to the worker.</summary>
    private const int PerClient = 2;
    private const int LeastConnections = 16;

    /// <summary>Connections that are open for the moment that it takes to refuse them; a part of the reserve.</summary>
    public const int BeingRefused = 16;

    /// <summary>The number; null where there is no limit to find out. A process that runs out of descriptors can do nothing more, not even refuse.</summary>
    public static long? Connections()
    {
        if (OperatingSystem.IsWindows() || GetLimit(OperatingSystem.IsLinux() ? 7 : 8, out var limit) != 0 || limit.Current > int.MaxValue)
        {
            return null;
        }

        return Math.Max(LeastConnections, ((long)limit.Current - Reserve) / PerClient);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    private struct Limit
    {
        public nuint Current;
        public nuint Most;
    }
}
