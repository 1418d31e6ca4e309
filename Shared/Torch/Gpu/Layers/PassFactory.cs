using Rill.Models;
using Rill.Torch.Cache;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Makes passes from rows that lie on the device as int64 [3, N]: tokens, positions, slots. The caller's scope owns what it makes.
/// </summary>
/// <param name="spec">The model.</param>
/// <param name="cache">Keys and values.</param>
/// <param name="places">What positions do.</param>
/// <param name="flash">The flash kernel, or null to attend in plain tensor operations.</param>
/// <param name="mostCopiedBytes">Plain attention copies no more keys of a layer at once for single tokens.</param>
/// <param name="device">Where the rows lie.</param>
internal sealed class PassFactory(
    DecoderSpec spec, GpuKeyValueCache cache, GpuPositions places, FlashAttention.Kernel? flash, long mostCopiedBytes, Device device)
{
    /// <summary>
    /// Whether single tokens of this shape can go through a pass of fixed shapes. In plain attention one long sequence makes it copy as much
    /// for all others: beyond some size it is better, and takes less memory, to attend to one after the other.
    /// </summary>
    public bool HasFixedShapes(StepShape shape) => flash is not null || shape.Rows * cache.BytesOf(shape.Span) <= mostCopiedBytes;

    /// <summary>A pass of single tokens, each of a slot of its own, whose positions are less than <paramref name="span"/>.</summary>
    public GpuPass OfSingles(Tensor inputs, int span)
    {
        var (positions, slots) = (inputs.select(0, 1), inputs.select(0, 2));
        IGpuAttention attention = flash is null
            ? new MaskedAttention(spec, cache, slots, positions, span)
            : FlashAttention.OfSingles(spec, cache, flash, slots, positions, span);
        return Create(inputs, attention, hasFixedShapes: true);
    }

    /// <summary>A pass of stretches of sequences.</summary>
    public GpuPass OfRuns(Tensor inputs, List<SequenceRun> runs)
    {
        IGpuAttention attention = flash is null
            ? new RunAttention(spec, cache, runs, device)
            : FlashAttention.OfRuns(spec, cache, flash, runs, device);
        return Create(inputs, attention, hasFixedShapes: false);
    }

    private GpuPass Create(Tensor inputs, IGpuAttention attention, bool hasFixedShapes)
    {
        var (tokens, positions, slots) = (inputs.select(0, 0), inputs.select(0, 1), inputs.select(0, 2));
        return new GpuPass
        {
            Tokens = tokens,
            Positions = positions,
            CacheRows = (slots * cache.SlotStride) + positions,
            Rotations = places.Rotations(positions),
            Temperatures = places.Temperatures(positions),
            Attention = attention,
            HasFixedShapes = hasFixedShapes,
        };
    }
}
