using Rill.Torch.Native;
using Rill.Torch.Tests.Cpu.Kernels;
using Rill.Torch.Tests.Native;

namespace Rill.Torch.Tests;

/// <summary>What tests run in a process of its own: <see cref="VectorWidthTests"/> a model, <see cref="ExitGuardTests"/> an end while something goes on, <see cref="LibTorchFolderTests"/> another libtorch, <see cref="PackedTests"/> tests.</summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is ["generate"])
        {
            VectorWidthTests.Print();
            return 0;
        }

        if (args is ["libtorch", var device])
        {
            return LibTorchFolderTests.Compute(device);
        }

        if (args is ["tests", .. var words])
        {
            return PackedTests.Run(words, Console.Out);
        }

        var guard = new ExitGuard(TimeSpan.FromSeconds(args[0] == "hang" ? 2 : 50));
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
