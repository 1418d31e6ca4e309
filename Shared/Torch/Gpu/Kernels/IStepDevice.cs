using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>What a step needs of a device beside tensors: where its work is queued, and its capture. Called by one thread at a time.</summary>
internal interface IStepDevice : IDisposable
{
    /// <summary>Which device it is, such as a GPU's name.</summary>
    string Name { get; }

    /// <summary>The CUDA stream's handle; 0 for the default one, or where there is none.</summary>
    nint Handle => 0;

    /// <summary>Queues the calling thread's tensor operations on the device's own stream until the result is disposed.</summary>
    IDisposable? Enter();

    /// <summary>Waits until all that was queued is done.</summary>
    void Synchronize();

    /// <summary>Marks the end of what is queued by now.</summary>
    /// <exception cref="StepGraphException">The device refused.</exception>
    IStepMark Mark();

    /// <summary>Queues a copy of host memory (page-locked, where the device is a GPU) to the device, and returns before it is done.</summary>
    /// <param name="source">On the host; nobody may write to it before the copy is done.</param>
    /// <param name="target">On the device, of the same type and shape.</param>
    void CopyIn(Tensor source, Tensor target);

    /// <summary>Bytes that nobody holds on the device; null where that is not known.</summary>
    long? FreeMemory();

    /// <summary>Records the operations that <paramref name="work"/> queues, without executing them. Its result holds nothing until a launch.</summary>
    /// <exception cref="StepGraphException">The device cannot capture; the work's own exceptions come through.</exception>
    IStepGraph Capture(Func<Tensor> work);
}

/// <summary>A place in what a device has queued.</summary>
internal interface IStepMark : IDisposable
{
    /// <summary>Waits until all that was queued before it is done.</summary>
    /// <exception cref="StepGraphException">The device refused.</exception>
    void Wait();
}

/// <summary>Captured operations, to be executed again over the same memory.</summary>
internal interface IStepGraph : IDisposable
{
    /// <summary>Queues all of them.</summary>
    /// <exception cref="StepGraphException">The device refused.</exception>
    void Launch();
}

/// <summary>Why operations cannot be captured or replayed: a phrase for the log.</summary>
internal sealed class StepGraphException(string reason, Exception? inner = null) : Exception(reason, inner);
