using System.Numerics;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The sizes that every tensor of a decoding step follows from: few of them, so that each can be captured once.</summary>
/// <param name="Rows">Rows, padding included: a power of two, or the number of slots.</param>
/// <param name="Span">Positions of a slot that attention may reach: 512, 2048, 8192, ... or the context length.</param>
internal readonly record struct StepShape(int Rows, int Span)
{
    private const int ShortestSpan = 512;
    private const int SpanFactor = 4;

    /// <summary>The smallest shape for a number of rows, the longest of which attends to <paramref name="length"/> positions.</summary>
    public static StepShape For(int rows, int length, int slotCount, int contextLength)
    {
        long span = ShortestSpan;
        while (span < length)
        {
            span *= SpanFactor;
        }

        return new(Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)rows), slotCount), (int)Math.Min(span, contextLength));
    }
}
