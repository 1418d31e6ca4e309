using System.Globalization;
using System.Runtime.InteropServices;

namespace Rill.Bench.Measure;

/// <summary>What the figures were measured on, in one line.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, memory, system, .NET.</summary>
    public static string Describe()
    {
        var info = File.ReadLines("/proc/cpuinfo").Take(30).ToList();
        var processor = ValueOf(info, "model name");
        var virtually = ValueOf(info, "flags").Split(' ').Contains("hypervisor") ? ", a virtual machine" : "";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        var system = ValueOf(File.ReadLines("/etc/os-release"), "PRETTY_NAME").Trim('"');
        return string.Create(CultureInfo.InvariantCulture,
            $"{processor}, {Environment.ProcessorCount} cores{virtually}, {memory:0} GB; {system}, Linux {Environment.OSVersion.Version.ToString(2)}; {RuntimeInformation.FrameworkDescription}");
    }

    /// <summary>
    /// How busy the machine is: runnable threads on average over the last minute, near zero on one that does nothing else, and the
    /// benchmark's nice value, where it was given precedence over the others.
    /// </summary>
    public static string Busyness()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var stat = File.ReadAllText("/proc/self/stat");
        var nice = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16];
        return nice == "0" ? $"load average before {load}" : $"load average before {load}, all of the benchmark's processes at nice {nice}";
    }

    private static string ValueOf(IEnumerable<string> lines, string key) =>
        lines.Where(line => line.StartsWith(key, StringComparison.Ordinal)).Select(line => line[(line.IndexOfAny([':', '=']) + 1)..].Trim()).FirstOrDefault("unknown");
}
