using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Rill.Torch.Cpu.Kernels;

/// <summary>
/// What some chunks of a context contribute to the attention of some inputs (rows x query heads): for each the highest score h, the sum of
/// exp(score - h) and the sum of exp(score - h) * value. Chunks are put together in ascending order, each in the same way whoever computed
/// it, so a row's result does not depend on how its chunks were shared out (the idea of flash-decoding, arXiv 2307.08691).
/// </summary>
/// <param name="start">Memory of <see cref="Size"/> elements.</param>
/// <param name="inputs">Number of inputs.</param>
/// <param name="headDim">Width of a head.</param>
internal readonly unsafe struct AttentionSums(float* start, int inputs, int headDim)
{
    private const int Multiple = 4;    // the kernel computes four inputs at once

    /// <summary>The highest scores, [input]; undefined where the total is 0.</summary>
    public float* Highest => start;

    /// <summary>The sums of weights, [input]; 0 for an input that no position has contributed to.</summary>
    public float* Total => start + Padded(inputs);

    /// <summary>The weighted sums of values, [input, headDim], with room for the inputs up to a multiple of four.</summary>
    public float* Values => start + (2 * Padded(inputs));

    /// <summary>Elements that the sums take.</summary>
    public static int Size(int inputs, int headDim) => Padded(inputs) * (headDim + 2);

    /// <summary>Adds the next chunk.</summary>
    public void Add(in AttentionSums next)
    {
        for (var input = 0; input < inputs; input++)
        {
            if (next.Total[input] == 0)
            {
                continue;
            }

            var highest = Total[input] == 0 ? next.Highest[input] : MathF.Max(Highest[input], next.Highest[input]);
            var own = Total[input] == 0 ? 0 : MathF.Exp(Highest[input] - highest);
            var others = MathF.Exp(next.Highest[input] - highest);
            Total[input] = (Total[input] * own) + (next.Total[input] * others);
            Highest[input] = highest;
            Blend(Values + (input * headDim), own, next.Values + (input * headDim), others, headDim);
        }
    }

    /// <summary>Adds a logit that has a weight and no value.</summary>
    public void AddSink(int input, float logit) => Total[input] += MathF.Exp(logit - Highest[input]);

    /// <summary>Makes the sums those of no chunk.</summary>
    public void Clear() => new Span<float>(start, Size(inputs, headDim)).Clear();

    /// <summary>target = an input's weighted mean of the values.</summary>
    public void Finish(int input, float* target)
    {
        new Span<float>(target, headDim).Clear();
        Blend(target, 0, Values + (input * headDim), 1 / Total[input], headDim);
    }

    private static int Padded(int inputs) => (inputs + Multiple - 1) / Multiple * Multiple;

    /// <summary>target = target * own + other * others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend(float* target, float own, float* other, float others, int size)
    {
        var (mine, theirs) = (Vector128.Create(own), Vector128.Create(others));
        var i = 0;
        for (; i <= size - 4; i += 4)
        {
            ((Vector128.Load(target + i) * mine) + (Vector128.Load(other + i) * theirs)).Store(target + i);
        }

        for (; i < size; i++)
        {
            target[i] = (target[i] * own) + (other[i] * others);
        }
    }
}
