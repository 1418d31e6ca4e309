using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Rill.Bench.Measure;

/// <summary>Processor time of the calling thread: what short work costs, whoever else the machine serves meanwhile. On Linux; else the clock.</summary>
internal static partial class ThreadTime
{
    private const int ThreadClock = 3;    // CLOCK_THREAD_CPUTIME_ID

    /// <summary>Microseconds since some moment.</summary>
    public static double Now()
    {
        if (!OperatingSystem.IsLinux() || Read(ThreadClock, out var time) != 0)
        {
            return Stopwatch.GetTimestamp() * 1e6 / Stopwatch.Frequency;
        }

        return (time.Seconds * 1e6) + (time.Nanoseconds / 1e3);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Read(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
