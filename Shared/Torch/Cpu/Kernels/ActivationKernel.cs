using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rill.Models;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>What the feed-forward does between its projections. An element's result depends on that element alone.</summary>
internal static unsafe class ActivationKernel
{
    private const int Lanes = 16;

    /// <summary>target = act(gate) * up, or what the activation makes of both.</summary>
    public static void Gate<T>(Activation activation, void* gate, void* up, float* target, int size) where T : IElements
    {
        switch (activation)
        {
            case Activation.Silu:
                Gate<Silu, T>(gate, up, target, size);
                break;
            case Activation.GeluTanh:
                Gate<GeluTanh, T>(gate, up, target, size);
                break;
            case Activation.GeluErf:
                Gate<GeluErf, T>(gate, up, target, size);
                break;
            case Activation.SquaredRelu:
                Gate<SquaredRelu, T>(gate, up, target, size);
                break;
            default:
                Gate<ClampedSwiglu, T>(gate, up, target, size);
                break;
        }
    }

    /// <summary>target = act(source).</summary>
    public static void Apply<T>(Activation activation, void* source, float* target, int size) where T : IElements
    {
        switch (activation)
        {
            case Activation.Silu:
                Apply<Silu, T>(source, target, size);
                break;
            case Activation.GeluTanh:
                Apply<GeluTanh, T>(source, target, size);
                break;
            case Activation.GeluErf:
                Apply<GeluErf, T>(source, target, size);
                break;
            case Activation.SquaredRelu:
                Apply<SquaredRelu, T>(source, target, size);
                break;
            default:
                Apply<ClampedSwiglu, T>(source, target, size);
                break;
        }
    }

    /// <summary>target = act(gate) * up, or what the activation makes of both; the target may be one of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate<TActivation, T>(void* gate, void* up, float* target, int size) where TActivation : IActivation where T : IElements
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            TActivation.Gate(T.Load(gate, i), T.Load(up, i)).Store(target + i);
        }

        if (i < size)
        {
            Rest(TActivation.Gate(LoadRest<T>(gate, i, size), LoadRest<T>(up, i, size)), target + i, size - i);
        }
    }

    /// <summary>target = act(source); both may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<TActivation, T>(void* source, float* target, int size) where TActivation : IActivation where T : IElements
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            TActivation.Apply(T.Load(source, i)).Store(target + i);
        }

        if (i < size)
        {
            Rest(TActivation.Apply(LoadRest<T>(source, i, size)), target + i, size - i);
        }
    }

    private static Vector512<float> LoadRest<T>(void* source, int first, int size) where T : IElements
    {
        var rest = stackalloc float[Lanes];
        for (var i = 0; i < Lanes; i++)
        {
            rest[i] = first + i < size ? T.LoadOne(source, first + i) : 0;
        }

        return Vector512.Load(rest);
    }

    private static void Rest(Vector512<float> values, float* target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            target[i] = values[i];
        }
    }
}
