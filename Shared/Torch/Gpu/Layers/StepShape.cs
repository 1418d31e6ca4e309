using System.Numerics;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The sizes that every tensor of a decoding step follows from: few of them, so that each can be captured once.</summary>
/// <param name="Rows">Rows, padding included: a power of two, or the number of slots.</param>
/// <param name="Span">Positions of a slot that attention may reach: one of a few sizes, or the context length.</param>
internal readonly record struct StepShape(int Rows, int Span)
{
    private const int CommonSpans = 2;

    // Plain attention copies whole spans: 512, 2048, 8192, ...
    private static readonly (int Shortest, int Factor) s_copied = (512, 4);

    // The flash kernel reads what there is; a span only says into how many pieces long texts may be cut: 4096, 32768, ...
    private static readonly (int Shortest, int Factor) s_uncopied = (4096, 8);

    /// <summary>The smallest shape for a number of rows, the longest of which attends to <paramref name="length"/> positions.</summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="length">At most the context length.</param>
    /// <param name="slotCount">Most rows.</param>
    /// <param name="contextLength">Most positions.</param>
    /// <param name="copiesSpans">Whether attention copies a whole span of each row.</param>
    public static StepShape For(int rows, int length, int slotCount, int contextLength, bool copiesSpans = true) => new(
        Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)rows), slotCount),
        Spans(contextLength, copiesSpans).First(span => span >= length));

    /// <summary>The shapes that come most, those first that come first: all numbers of rows with the shortest span, then with the next.</summary>
    /// <inheritdoc cref="For" path="/param"/>
    public static IEnumerable<StepShape> Common(int slotCount, int contextLength, bool copiesSpans) =>
        from span in Spans(contextLength, copiesSpans).Take(copiesSpans ? CommonSpans : 1)
        from power in Enumerable.Range(0, 1 + BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)slotCount)))
        select new StepShape(Math.Min(1 << power, slotCount), span);

    private static IEnumerable<int> Spans(int contextLength, bool copiesSpans)
    {
        var (shortest, factor) = copiesSpans ? s_copied : s_uncopied;
        for (long span = shortest; span < contextLength; span *= factor)
        {
            yield return (int)span;
        }

        yield return contextLength;
    }
}
