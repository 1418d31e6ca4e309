using System.Diagnostics;
using Rill.Bench.Servers;

namespace Rill.Bench.Measure;

/// <summary>A process that keeps the machine's last core busy, until it is disposed.</summary>
internal sealed class BusyCore : IDisposable
{
    /// <summary>The argument of the command line that starts the process.</summary>
    public const string Word = "busy-core";

    private readonly Process _process;

    /// <summary>Starts it and waits until it spins.</summary>
    public BusyCore()
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(BusyCore).Assembly.Location, Word])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("dotnet cannot be started.");
        _ = _process.AwaitLine("to keep a core busy") ?? throw new InvalidOperationException("The process that keeps a core busy has ended.");
    }

    /// <summary>What the process does: spins on one core until its input ends.</summary>
    public static int Spin()
    {
        if (OperatingSystem.IsLinux())
        {
            using var self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 1 << (Environment.ProcessorCount - 1);
        }

        var end = Task.Run(() => Console.In.ReadToEnd());
        Console.WriteLine("busy");
        while (!end.IsCompleted)
        {
            Thread.SpinWait(1_000);
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.EndWithin(TimeSpan.FromSeconds(20));
        _process.Dispose();
    }
}
