using System.Reflection;
using Rill.Torch.Native;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// Kernels on a CUDA device: translated to PTX here and to machine code by the driver, queued on the engine's own stream over the tensors'
/// memory, so that a capture records them like libtorch's. Their modules belong to the process's primary context of the device, libtorch's.
/// </summary>
/// <param name="stream">The stream's handle; 0 for the default one.</param>
internal sealed class CudaKernelDevice(nint stream) : IKernelDevice
{
    private readonly List<nint> _modules = [];
    private readonly Lazy<PtxCompiler> _compiler = new(() => new PtxCompiler());

    public IKernel Load(MethodInfo method, int threads)
    {
        var (text, name) = _compiler.Value.Compile(method, threads);
        try
        {
            var error = CudaModules.Load(text, out var module, out var complaint);
            Check(error, $"the driver's translation of {name}{(complaint.Length > 0 ? $" ({complaint})" : "")}");
            _modules.Add(module);
            Check(CudaModules.Find(out var kernel, module, name), $"finding {name}");
            return new Kernel(kernel, threads, stream);
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new KernelException($"the CUDA driver cannot be reached ({failure.Message})", failure);
        }
    }

    public void Dispose()
    {
        foreach (var module in _modules)
        {
            _ = CudaModules.Unload(module);
        }

        _modules.Clear();
        if (_compiler.IsValueCreated)
        {
            _compiler.Value.Dispose();
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new KernelException($"{what} failed: {CudaModules.Describe(error)}");
        }
    }

    private sealed unsafe class Kernel(nint kernel, int threads, nint stream) : IKernel
    {
        public int Threads => threads;

        public void Launch(long groups, params ReadOnlySpan<KernelArgument> arguments)
        {
            var addresses = stackalloc void*[arguments.Length];
            fixed (KernelArgument* first = arguments)
            {
                for (var i = 0; i < arguments.Length; i++)
                {
                    addresses[i] = first + i;    // an argument begins with its bytes
                }

                Check(CudaModules.Launch(kernel, checked((int)groups), threads, stream, addresses), "the launch of a kernel");
            }
        }
    }
}
