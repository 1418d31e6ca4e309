using System.Reflection;
using Rill.Torch.Gpu.Kernels;

namespace Rill.Torch.Tests.Gpu.Kernels;

/// <summary>A device whose kernels leave memory as it is, as a broken one's might.</summary>
internal sealed class IdleKernelDevice : IKernelDevice
{
    public IKernel Load(MethodInfo method, int threads) => new Kernel(threads);

    public void Dispose()
    {
    }

    private sealed class Kernel(int threads) : IKernel
    {
        public int Threads => threads;

        public void Launch(long groups, params ReadOnlySpan<KernelArgument> arguments)
        {
        }
    }
}
