using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rill.Bench.Measure;

/// <summary>What a process uses, read from outside (Linux).</summary>
internal static partial class ProcessUsage
{
    /// <summary>
    /// CPU time of all its threads so far, ended ones included, in nanoseconds: <c>/proc/PID/stat</c> counts in ticks of 10 ms, too
    /// coarse for one stream.
    /// </summary>
    public static TimeSpan CpuTime(int processId)
    {
        // clock_getcpuclockid(3): the process id, inverted, above the three bits that say "scheduler's clock, of a process".
        var clock = (~processId << 3) | 2;
        return ClockGetTime(clock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"The CPU time of process {processId} cannot be read.");
    }

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int processId)
    {
        var pages = File.ReadAllText($"/proc/{processId}/statm").Split(' ')[1];
        return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    /// <summary>The most resident memory that the process ever had, in bytes.</summary>
    public static long PeakBytes(int processId)
    {
        const string key = "VmHWM:";
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(key.Length, line.Length - key.Length - "kB".Length), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>The processes that <paramref name="processId"/> has started and that still run.</summary>
    public static IEnumerable<int> Children(int processId)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var child) && ParentOf(child) == processId)
            {
                yield return child;
            }
        }
    }

    private static int ParentOf(int processId)
    {
        try
        {
            // "pid (name) state parent ...": the name may hold spaces and parentheses.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
