using System.Reflection;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Where kernels of ours run. Called by one thread at a time.</summary>
internal interface IKernelDevice : IDisposable
{
    /// <summary>Makes a kernel ready; slow, and never within a capture.</summary>
    /// <param name="method">A static method of constructed types whose parameters are ArrayViews, ints, longs and floats.</param>
    /// <param name="threads">Most threads of a group, a multiple of 32 up to 1,024.</param>
    /// <exception cref="KernelException">The device or its driver does not take it.</exception>
    IKernel Load(MethodInfo method, int threads);
}

/// <summary>A kernel that is ready. Its device owns it.</summary>
internal interface IKernel
{
    /// <summary>Threads of a group, a multiple of 32.</summary>
    int Threads { get; }

    /// <summary>Queues the kernel behind the tensors' operations.</summary>
    /// <param name="groups">Groups of threads, at least 1.</param>
    /// <param name="arguments">One for each parameter.</param>
    /// <exception cref="KernelException">The device refused.</exception>
    void Launch(long groups, params ReadOnlySpan<KernelArgument> arguments);
}

/// <summary>Why kernels of ours cannot be used: a phrase for the log.</summary>
internal sealed class KernelException(string reason, Exception? inner = null) : Exception(reason, inner);
