using System.Linq.Expressions;
using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Rill.Torch.Gpu.Kernels;

namespace Rill.Torch.Tests.Gpu.Kernels;

/// <summary>
/// Runs kernels over the memory of the CPU's tensors, in place of a GPU, on ILGPU's accelerator of threads, warps and barriers included. A
/// group has no more than 64 threads here, as each is a thread of the machine.
/// </summary>
internal sealed class CpuKernelDevice : IKernelDevice
{
    private const int WarpSize = 32;

    private readonly Context _context;
    private readonly CPUAccelerator _accelerator;
    private readonly int _mostThreads;

    /// <summary>Starts the threads.</summary>
    /// <param name="warps">Warps of a group: two show that warps share what they should; one is faster for whole models.</param>
    public CpuKernelDevice(int warps = 2)
    {
        _mostThreads = warps * WarpSize;
        _context = Context.Create(builder => builder.CPU(new CPUDevice(WarpSize, warps, 1)));
        _accelerator = _context.GetCPUDevice(0).CreateCPUAccelerator(_context, CPUAcceleratorMode.Parallel);
    }

    /// <summary>How often a kernel was launched, by its method.</summary>
    public Dictionary<string, int> Launches { get; } = [];

    public Rill.Torch.Gpu.Kernels.IKernel Load(MethodInfo method, int threads) => new Kernel(this, method, Math.Min(threads, _mostThreads));

    public void Dispose()
    {
        _accelerator.Dispose();
        _context.Dispose();
    }

    private static ArrayView<T> View<T>(CPUAccelerator accelerator, KernelArgument argument) where T : unmanaged
    {
        Assert.True(argument.IsView);
        var size = Interop.SizeOf<T>();
        var count = argument.Second / size;
        return new(CPUMemoryBuffer.Create(accelerator, (nint)argument.First, count, size), 0, count);
    }

    private sealed class Kernel : Rill.Torch.Gpu.Kernels.IKernel
    {
        private readonly CpuKernelDevice _device;
        private readonly MethodInfo _method;
        private readonly Delegate _launcher;

        public Kernel(CpuKernelDevice device, MethodInfo method, int threads)
        {
            (_device, _method, Threads) = (device, method, threads);
            var loaded = device._accelerator.LoadKernel(method);
            var types = method.GetParameters().Select(parameter => parameter.ParameterType);
            var signature = Expression.GetDelegateType([typeof(AcceleratorStream), typeof(KernelConfig), .. types, typeof(void)]);
            _launcher = (Delegate)typeof(ILGPU.Runtime.Kernel).GetMethod(nameof(ILGPU.Runtime.Kernel.CreateLauncherDelegate))!
                .MakeGenericMethod(signature).Invoke(loaded, null)!;
        }

        public int Threads { get; }

        public void Launch(long groups, params ReadOnlySpan<KernelArgument> arguments)
        {
            Assert.InRange(groups, 1, int.MaxValue);
            var parameters = _method.GetParameters();
            Assert.Equal(parameters.Length, arguments.Length);
            object[] values = [_device._accelerator.DefaultStream, new KernelConfig((int)groups, Threads), .. new object[arguments.Length]];
            for (var i = 0; i < arguments.Length; i++)
            {
                values[i + 2] = Value(parameters[i].ParameterType, arguments[i]);
            }

            _launcher.DynamicInvoke(values);
            _device._accelerator.Synchronize();
            _device.Launches[_method.Name] = _device.Launches.GetValueOrDefault(_method.Name) + 1;
        }

        private object Value(Type type, KernelArgument argument)
        {
            Assert.Equal(type.IsGenericType, argument.IsView);
            return type == typeof(int) ? (int)argument.First
                : type == typeof(long) ? argument.First
                : type == typeof(float) ? BitConverter.Int32BitsToSingle((int)argument.First)
                : typeof(CpuKernelDevice).GetMethod(nameof(View), BindingFlags.NonPublic | BindingFlags.Static)!
                    .MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [_device._accelerator, argument])!;
        }
    }
}
