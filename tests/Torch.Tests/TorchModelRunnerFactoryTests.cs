using System.Globalization;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests;

/// <summary>A load that fails at any point leaves nothing behind.</summary>
public sealed class TorchModelRunnerFactoryTests
{
    private const long TiB = 1L << 40;

    [SkippableFact]
    public void Load_NoAddressesForTheCachedBlocks_LeavesNoThreadsAndNoAddresses()
    {
        // A slot takes 96 GiB of addresses, 1024 of them 96 TiB; as many blocks as two full sets need do not fit beside them.
        Skip.IfNot(OperatingSystem.IsLinux(), "Threads and addresses are read from /proc.");
        using var model = new TinyModel(changes: $$"""{"max_position_embeddings":{{1 << 28}}}""");
        var options = new TorchRunnerOptions { SlotCount = 1024, BlockSize = 1024, KeyValueMemoryMiB = int.MaxValue, Threads = 3 };
        FailToLoad();    // whatever the first load takes for good
        AwaitNoKernelThread();
        var addresses = AddressBytes();

        FailToLoad();

        AwaitNoKernelThread();
        Assert.InRange(AddressBytes() - addresses, -TiB, TiB);

        void FailToLoad() => Assert.Throws<InsufficientMemoryException>(() => TorchModelRunnerFactory.Load(model.Path, options));
    }

    [Theory]
    [InlineData(1)]    // the load itself
    [InlineData(2)]    // the warm-up
    public void Load_DeviceFails_IsGivenBack(int failingEntry)
    {
        using var model = new TinyModel();
        using var device = new FailingDevice(failingEntry);

        Assert.Throws<InvalidOperationException>(() => RunnerDriver.LoadTensors(model, options => options with { StepDevice = device }));

        Assert.True(device.IsDisposed);
    }

    [Fact]
    public void Load_DecoderFailsHalfWay_GivesTheDeviceBack()
    {
        using var model = new TinyModel();
        using var device = new FailingDevice(failingEntry: int.MaxValue);

        Assert.Throws<NotSupportedException>(() => RunnerDriver.LoadTensors(
            model, options => options with { StepDevice = device, Flash = (_, _, _, _, _) => throw new NotSupportedException() }));

        Assert.True(device.IsDisposed);
    }

    /// <summary>A thread that was joined is the system's for a moment more.</summary>
    private static void AwaitNoKernelThread() => Assert.True(SpinWait.SpinUntil(() => KernelThreads() == 0, TimeSpan.FromSeconds(30)), $"{KernelThreads()} threads are left.");

    private static int KernelThreads() => Directory.EnumerateDirectories("/proc/self/task").Count(IsKernelThread);

    private static bool IsKernelThread(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd() == "Rill kernels";
        }
        catch (IOException)
        {
            return false;    // it has just ended
        }
    }

    private static long AddressBytes() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    /// <summary>The CPU, which cannot be entered from some time on.</summary>
    private sealed class FailingDevice(int failingEntry) : IStepDevice
    {
        private int _entries;

        public bool IsDisposed { get; private set; }

        public string Name => "failing";

        public Version? Capability => null;

        public IDisposable? Enter() => ++_entries == failingEntry ? throw new InvalidOperationException("No entry.") : null;

        public void Synchronize()
        {
        }

        public void CopyIn(Tensor source, Tensor target) => target.copy_(source);

        public IStepMark Mark() => new PlainDevice(CPU, "it is only a CPU").Mark();

        public long? FreeMemory() => null;

        public IStepGraph Capture(Func<Tensor> work) => throw new StepGraphException("it is only a CPU");

        public void Dispose() => IsDisposed = true;
    }
}
