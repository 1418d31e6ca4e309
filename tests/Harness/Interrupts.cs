using System.Diagnostics;
using System.Globalization;

namespace Rill.Tests.Harness;

/// <summary>Ctrl+C in tests that were started in the background.</summary>
internal static class Interrupts
{
    private const int SigInt = 2;

    private static readonly Lazy<bool> s_areIgnored = new(AreIgnored);

    /// <summary>
    /// Lets a program be interrupted. What a shell without job control starts in the background ignores SIGINT, and so do all its children,
    /// .NET's too; the program is then started through coreutils' <c>env</c>, whose process it becomes.
    /// </summary>
    public static ProcessStartInfo WithInterrupts(this ProcessStartInfo start)
    {
        if (s_areIgnored.Value)
        {
            start.ArgumentList.Insert(0, start.FileName);
            start.ArgumentList.Insert(0, "--default-signal=INT");
            start.FileName = "env";
        }

        return start;
    }

    private static bool AreIgnored()
    {
        const string ignored = "SigIgn:";
        return OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(ignored, StringComparison.Ordinal)) is { } mask
            && (ulong.Parse(mask.AsSpan(ignored.Length), NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> (SigInt - 1) & 1) == 1;
    }
}
