using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;

namespace Rill.FunctionApp.Hosting;

/// <summary>
/// The worker lives as long as the Functions host that started it: without one it does not start, and when the host is gone, it ends.
/// Microsoft's worker would stay, with a model in its memory and nobody to serve.
/// </summary>
internal static partial class HostWatch
{
    private const string HostAddress = "Functions:Worker:HostEndpoint";
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    /// <summary>Checks that a host has started this process and watches it from now on. On Windows nothing is watched.</summary>
    /// <param name="configuration">The worker's, which holds what the host gave on the command line.</param>
    /// <exception cref="StartFailureException">No host has started this process.</exception>
    public static void Begin(IConfiguration configuration)
    {
        if (configuration[HostAddress] is null)
        {
            throw new StartFailureException("a Functions host has to start this program; use ./run, or `func start` in the folder of the built app.");
        }

        if (!OperatingSystem.IsWindows())
        {
            var host = GetParentId();
            new Thread(() => Watch(host)) { IsBackground = true, Name = "host watch" }.Start();
        }
    }

    // Asked from within, since only the host's own thread could ask the system to pass its death on. A kill, and not an orderly end:
    // every stream went through the host, and exit handlers may hang (docs/adr/0044).
    private static void Watch(int host)
    {
        while (GetParentId() == host)
        {
            Thread.Sleep(_pause);
        }

        Console.Error.WriteLine("The Functions host has ended, and so does its worker.");
        Process.GetCurrentProcess().Kill();
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();
}
