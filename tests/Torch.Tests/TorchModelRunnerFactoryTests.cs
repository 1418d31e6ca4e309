using Rill.Core.Tests.Models;
using Rill.Models;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Tests;

/// <summary>A load that fails at any point leaves nothing behind.</summary>
public sealed class TorchModelRunnerFactoryTests
{
    private const long MiB = 1024 * 1024;

    [SkippableFact]
    public void Load_LastTensorMissing_LeavesNoThreadsAndNoAddresses()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Threads and addresses are read from /proc.");
        using var model = new TinyModel(changes: """{"max_position_embeddings":65536}""");
        RemoveLastTensor(model);
        FailToLoad(model);    // whatever the first load takes for good
        var (threads, addresses) = (KernelThreads(), AddressBytes());

        for (var i = 0; i < 8; i++)
        {
            FailToLoad(model);
        }

        Assert.Equal(threads, KernelThreads());
        Assert.InRange(AddressBytes() - addresses, long.MinValue, 400 * MiB);    // a cache is 200 MiB of addresses: eight of them 1600
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
    public void Load_WeightMissingOnTensors_GivesTheDeviceBack()
    {
        using var model = new TinyModel();
        using var device = new FailingDevice(failingEntry: int.MaxValue);
        RemoveLastTensor(model);

        Assert.Throws<ModelFormatException>(() => RunnerDriver.LoadTensors(model, options => options with { StepDevice = device }));

        Assert.True(device.IsDisposed);
    }

    private static void FailToLoad(TinyModel model) => Assert.Throws<ModelFormatException>(() => RunnerDriver.Load(model));

    /// <summary>Writes the model anew without the tensor that a decoder needs last.</summary>
    private static void RemoveLastTensor(TinyModel model) => SafetensorsWriter.Write(Path.Combine(model.Path, "model.safetensors"), [.. model.Weights
        .Where(weight => weight.Key != model.Spec.Names.Head && weight.Key != model.Spec.Names.FinalNorm)
        .Select(weight => SafetensorsWriter.BFloat16(weight.Key, weight.Value.Shape, weight.Value.Values))]);

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

    private static long AddressBytes() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0]) * Environment.SystemPageSize;

    /// <summary>The CPU, which cannot be entered from some time on.</summary>
    private sealed class FailingDevice(int failingEntry) : IStepDevice
    {
        private int _entries;

        public bool IsDisposed { get; private set; }

        public string Name => "failing";

        public IDisposable? Enter() => ++_entries == failingEntry ? throw new InvalidOperationException("No entry.") : null;

        public void Synchronize()
        {
        }

        public long? FreeMemory() => null;

        public IStepGraph Capture(Func<Tensor> work) => throw new StepGraphException("it is only a CPU");

        public void Dispose() => IsDisposed = true;
    }
}
