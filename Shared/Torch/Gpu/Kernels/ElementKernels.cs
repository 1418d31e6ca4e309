using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>Loads kernels for the types of tensors.</summary>
internal static class ElementKernels
{
    /// <summary>Whether kernels know a type of elements.</summary>
    public static bool Knows(ScalarType type) => type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    /// <summary>The type that kernels take for a type of elements.</summary>
    public static Type Of(ScalarType type) => type switch
    {
        ScalarType.Float32 => typeof(Float32Element),
        ScalarType.Float16 => typeof(Float16Element),
        ScalarType.BFloat16 => typeof(BFloat16Element),
        _ => throw new KernelException($"kernels do not know elements of type {type}"),
    };

    /// <summary>Queues a kernel with at least a thread for each of so many elements.</summary>
    public static void LaunchOver(this IKernel kernel, long elements, params ReadOnlySpan<KernelArgument> arguments) =>
        kernel.Launch((elements + kernel.Threads - 1) / kernel.Threads, arguments);

    /// <summary>Makes a kernel ready for some types.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="kernels">The class.</param>
    /// <param name="name">The method.</param>
    /// <param name="threads">Most threads of a group.</param>
    /// <param name="types">Its type arguments; none where it has none.</param>
    /// <exception cref="KernelException">The device does not take it.</exception>
    public static IKernel Load(this IKernelDevice device, Type kernels, string name, int threads, params Type[] types)
    {
        var method = kernels.GetMethod(name, BindingFlags.Public | BindingFlags.Static)!;
        return device.Load(types.Length == 0 ? method : method.MakeGenericMethod(types), threads);
    }
}
