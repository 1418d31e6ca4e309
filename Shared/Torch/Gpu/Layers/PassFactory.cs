using Rill.Models;
using Rill.Torch.Cache;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
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

    /// <summary>Whether attention of single tokens copies a whole span for each of them.</summary>
    public bool CopiesSpans => flash is null;

    /// <summary>A pass of single tokens, each of a slot of its own, whose positions are less than <paramref name="span"/>.</summary>
    public GpuPass OfSingles(Tensor inputs, int span) =>
        Create(inputs, Singles(inputs.select(0, 1), inputs.select(0, 2), span), hasFixedShapes: true);

    /// <summary>Adds to an upload what the flash kernel has to be told of a step's stretches; null where there is nothing to tell.</summary>
    public FlashRuns? Stage(PassSplit split, StepUpload<long> upload) =>
        flash is null || split.IsDecoding ? null : new(spec, cache, SequenceRun.Of(split.Rows.AsSpan(split.SingleCount)), upload);

    /// <summary>A pass of a step's rows as they come, once their upload was sent.</summary>
    /// <param name="inputs">The rows.</param>
    /// <param name="split">What they are.</param>
    /// <param name="staged">What <see cref="Stage"/> gave.</param>
    public GpuPass OfRows(Tensor inputs, PassSplit split, FlashRuns? staged)
    {
        var rows = split.Rows.AsSpan();
        var singles = rows[..split.SingleCount];
        if (singles.Length > 0 && !HasFixedShapes(new(singles.Length, LengthOf(singles))))
        {
            return Create(inputs, new RunAttention(spec, cache, SequenceRun.Of(rows), device), hasFixedShapes: false);
        }

        var (ofSingles, ofRuns) = (OfSingles(inputs, singles), OfRuns(rows[singles.Length..], staged));
        var attention = ofSingles is not null && ofRuns is not null ? new JoinedAttention(ofSingles, singles.Length, ofRuns) : ofSingles ?? ofRuns;
        return Create(inputs, attention!, hasFixedShapes: false);
    }

    /// <summary>Positions that the longest row attends to.</summary>
    public static int LengthOf(ReadOnlySpan<TokenRow> rows)
    {
        var last = 0;
        foreach (var row in rows)
        {
            last = Math.Max(last, row.Position);
        }

        return 1 + last;
    }

    private IGpuAttention? OfSingles(Tensor inputs, ReadOnlySpan<TokenRow> singles)
    {
        if (singles.Length == 0)
        {
            return null;
        }

        return Singles(inputs.select(0, 1).narrow(0, 0, singles.Length), inputs.select(0, 2).narrow(0, 0, singles.Length), LengthOf(singles));
    }

    private IGpuAttention? OfRuns(ReadOnlySpan<TokenRow> rows, FlashRuns? staged) =>
        rows.Length == 0 ? null
        : staged is null ? new RunAttention(spec, cache, SequenceRun.Of(rows), device)
        : FlashAttention.OfRuns(spec, cache, flash!, staged);

    private IGpuAttention Singles(Tensor positions, Tensor slots, int span) => flash is null
        ? new MaskedAttention(spec, cache, slots, positions, span)
        : FlashAttention.OfSingles(spec, cache, flash, slots, positions, span);

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
