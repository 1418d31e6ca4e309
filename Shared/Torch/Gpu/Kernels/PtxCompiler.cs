using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// Translates kernels from the IL of this assembly to PTX by ILGPU. It needs neither a GPU nor a driver. The text is for compute capability
/// 7.5 (T4), the oldest that libtorch's builds for CUDA serve; drivers translate it for every later one.
/// </summary>
internal sealed class PtxCompiler : IDisposable
{
    private const int Major = 7;
    private const int Minor = 5;

    private readonly Context _context;
    private readonly PTXBackend _backend;

    /// <summary>Starts ILGPU's compiler, which takes a second.</summary>
    public PtxCompiler()
    {
        _context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        _backend = new(_context, new CudaArchitecture(Major, Minor), new CudaInstructionSet(6, 3), null!);    // PTX 6.3 knows 7.5
    }

    /// <summary>A kernel's text, and its name therein.</summary>
    /// <param name="method">The kernel.</param>
    /// <param name="threads">Most threads of a group.</param>
    /// <exception cref="KernelException">ILGPU does not translate it.</exception>
    public (string Text, string Name) Compile(MethodInfo method, int threads)
    {
        try
        {
            var compiled = (PTXCompiledKernel)_backend.Compile(
                EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(threads, null));
            return (compiled.PTXAssembly, compiled.Name);
        }
        catch (InternalCompilerException failure)
        {
            throw new KernelException($"ILGPU does not translate {method.Name} ({(failure.InnerException ?? failure).Message})", failure);
        }
    }

    public void Dispose()
    {
        _backend.Dispose();
        _context.Dispose();
    }
}
