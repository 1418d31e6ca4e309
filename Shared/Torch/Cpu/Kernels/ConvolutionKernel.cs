using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>Some channels of a causal convolution over each channel by itself.</summary>
internal readonly unsafe struct ConvolutionChannels
{
    /// <summary>The earlier inputs, the oldest first, [taps - 1, channel].</summary>
    public required float* State { get; init; }

    /// <summary>What inputs are multiplied with, the oldest first, [taps, channel].</summary>
    public required float* Weights { get; init; }

    /// <summary>What is added, [channel]; null for nothing.</summary>
    public required float* Bias { get; init; }

    /// <summary>Inputs that an output is made of.</summary>
    public required int Taps { get; init; }

    /// <summary>Elements from one tap's channels to the next's, in the state and in the weights.</summary>
    public required int Stride { get; init; }

    /// <summary>Number of channels.</summary>
    public required int Count { get; init; }

    /// <summary>Makes all earlier inputs zero.</summary>
    public void Clear()
    {
        for (var tap = 0; tap < Taps - 1; tap++)
        {
            new Span<float>(State + ((nint)tap * Stride), Count).Clear();
        }
    }
}

/// <summary>
/// Causal convolutions, token by token. A channel's output depends on its own inputs only, in one order, whatever the vector's width and
/// however a text is cut into steps.
/// </summary>
internal static unsafe class ConvolutionKernel
{
    /// <summary>target = the weighted sum of the earlier inputs and this one, which then is the latest of the earlier ones.</summary>
    /// <param name="channels">The channels and their state.</param>
    /// <param name="input">This token's inputs, [channel].</param>
    /// <param name="target">Gets the outputs, [channel]; may be the input.</param>
    public static void Step(in ConvolutionChannels channels, float* input, float* target)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Step<Lanes16>(channels, input, target);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Step<Lanes8>(channels, input, target);
        }
        else
        {
            Step<Lanes4>(channels, input, target);
        }
    }

    /// <summary>The same with vectors of one width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Step<TLanes>(in ConvolutionChannels channels, float* input, float* target) where TLanes : unmanaged, ILanes<TLanes>
    {
        float* state = channels.State, weights = channels.Weights, bias = channels.Bias;
        nint stride = channels.Stride, last = channels.Taps - 1;
        var i = 0;
        for (; i <= channels.Count - TLanes.Count; i += TLanes.Count)
        {
            var current = TLanes.Load(input + i);
            var sum = bias is null ? default : TLanes.Load(bias + i);
            for (nint tap = 0; tap < last; tap++)
            {
                var earlier = TLanes.Load(state + (tap * stride) + i);
                sum = TLanes.MultiplyAdd(earlier, TLanes.Load(weights + (tap * stride) + i), sum);
                if (tap > 0)
                {
                    TLanes.Store(earlier, state + ((tap - 1) * stride) + i);
                }
            }

            TLanes.Store(current, state + ((last - 1) * stride) + i);
            TLanes.Store(TLanes.MultiplyAdd(current, TLanes.Load(weights + (last * stride) + i), sum), target + i);
        }

        for (; i < channels.Count; i++)
        {
            StepOne(channels, i, input[i], target + i);
        }
    }

    private static void StepOne(in ConvolutionChannels channels, int channel, float current, float* target)
    {
        float* state = channels.State + channel, weights = channels.Weights + channel;
        nint stride = channels.Stride, last = channels.Taps - 1;
        var sum = channels.Bias is null ? 0 : channels.Bias[channel];
        for (nint tap = 0; tap < last; tap++)
        {
            sum = MathF.FusedMultiplyAdd(state[tap * stride], weights[tap * stride], sum);
            state[tap * stride] = tap == last - 1 ? current : state[(tap + 1) * stride];
        }

        *target = MathF.FusedMultiplyAdd(current, weights[last * stride], sum);
    }
}
