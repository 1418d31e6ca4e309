using Rill.Torch.Runtime;

namespace Rill.Torch.Tests;

/// <summary>What <see cref="Runtime.ExitGuardTests"/> runs in a process of its own: one that ends while something goes on.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var guard = new ExitGuard(TimeSpan.FromSeconds(2));
        if (args[0] == "busy")
        {
            using var begun = new ManualResetEventSlim();
            new Thread(() => guard.Run(() =>
            {
                begun.Set();
                Thread.Sleep(500);
                Console.WriteLine("done");
                return true;
            }))
            { IsBackground = true }.Start();
            begun.Wait();
        }
        else
        {
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Thread.Sleep(Timeout.Infinite);
        }

        if (args[1] == "exit")
        {
            Environment.Exit(3);
        }

        return 3;
    }
}
