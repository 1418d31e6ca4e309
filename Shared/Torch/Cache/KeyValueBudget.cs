using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>Turns the memory budget into a number of blocks, once at load.</summary>
internal sealed record KeyValueBudget
{
    private const long MiB = 1024 * 1024;
    private const int DefaultShare = 4;                             // a quarter of all memory
    private const long DefaultDeviceBudget = 4L * 1024 * 1024 * 1024;   // where a GPU cannot be asked for its free memory
    private const double EstimatedShare = 0.85;                     // of what the weights leave: the rest is for activations
    private const double MeasuredShare = 0.93;                      // of what the largest step has left
    private const int ShortestContext = 256;                        // nobody is served by less
    private const int MostForPages = 8;                             // a shortened context gives pages' ends no more than an eighth

    /// <summary>Memory for keys and values, in MiB; null for a share of what there is.</summary>
    public int? MemoryMiB { get; init; }

    /// <summary>Most tokens of a sequence; null for the model's own context length, which is also the upper bound.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Most sequences that hold KV memory at once.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Tokens in a block.</summary>
    public required int BlockSize { get; init; }

    /// <summary>True where slots are ordinary tensors, which take their memory at the start.</summary>
    public bool SlotsTakeMemory { get; init; }

    /// <summary>Bytes in which a slot takes a device's memory: so much of it may be lost at the end of each. 0 elsewhere.</summary>
    public long PageBytes { get; init; }

    /// <summary>True where fewer slots, and then a shorter context unless one is given, are better than a refusal: on a device.</summary>
    public bool FitsItself { get; init; }

    /// <summary>Bytes that a GPU has left beside the weights; null where there is none or it does not say.</summary>
    public long? FreeOnDevice { get; init; }

    /// <summary>True where that was read after the largest step, false where it is an estimate before.</summary>
    public bool IsMeasured { get; init; }

    /// <summary>Bytes that slots and blocks may take together.</summary>
    public long Bytes
    {
        get
        {
            var free = FreeOnDevice is { } bytes ? (long)((IsMeasured ? MeasuredShare : EstimatedShare) * Math.Max(0, bytes)) : (long?)null;
            return MemoryMiB is { } mebibytes ? Math.Min(mebibytes * MiB, free ?? long.MaxValue)
                : free ?? (SlotsTakeMemory ? DefaultDeviceBudget : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare);
        }
    }

    /// <summary>Sizes without blocks, of slots that are only addresses as yet.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="format">How an element is stored.</param>
    public KeyValueLayout Addresses(DecoderSpec spec, KeyValueFormat format) => new()
    {
        Layers = KeyValueLayer.Of(spec),
        ValuesAreKeys = spec.ValuesAreKeys,
        Format = format,
        ContextLength = Math.Min(ContextLength ?? int.MaxValue, spec.ContextLength),
        SlotCount = SlotCount,
        BlockSize = BlockSize,
        BlockCount = 0,
        StateBytes = MixerStates.BytesOf(spec),
    };

    /// <summary>
    /// Blocks that fit the budget, but no more than two full sets of slots could ever use. Where it is to fit itself: as many slots as leave room
    /// for one full sequence, and if even one does not, the longest context that fits.
    /// </summary>
    /// <param name="spec">The model.</param>
    /// <param name="format">How an element is stored.</param>
    /// <exception cref="ModelFormatException">Not even one sequence of full length fits, or not even a short one.</exception>
    public KeyValueLayout Plan(DecoderSpec spec, KeyValueFormat format)
    {
        var whole = Addresses(spec, format);
        var planned = FitsItself ? Fitted(whole) : whole;
        var blocks = Blocks(planned);
        if (blocks < PerSequence(planned))
        {
            throw new ModelFormatException(Refusal(whole));
        }

        return planned with { BlockCount = (int)Math.Min(Math.Min(blocks, 2 * PerSequence(planned) * planned.SlotCount), int.MaxValue) };
    }

    /// <summary>What a plan has less than was asked for, and what to set: a sentence. Null where it has all.</summary>
    public string? Shortfall(KeyValueLayout planned, DecoderSpec spec)
    {
        var whole = Addresses(spec, planned.Format);
        var memory = $"The memory for keys and values, {Bytes / MiB} MiB,";
        if (planned.ContextLength < whole.ContextLength)
        {
            return $"{memory} holds no sequence of {whole.ContextLength} tokens: sequences have at most {planned.ContextLength} " +
                $"(set Rill__ContextLength to choose, or use a device with more memory), at most {planned.SlotCount} of them at once.";
        }

        return planned.SlotCount < whole.SlotCount
            ? $"{memory} has room for {planned.SlotCount} sequences at once instead of {whole.SlotCount}; " +
                $"set Rill__ContextLength below {whole.ContextLength} for more."
            : null;
    }

    private static long PerSequence(KeyValueLayout layout) =>
        (((long)layout.ContextLength + layout.BlockSize - 1) / layout.BlockSize) + layout.StateBlocks;

    /// <summary>Blocks beside what slots take: all of their tokens, or the unused ends of their pages, and one page of the blocks.</summary>
    private long Blocks(KeyValueLayout layout) => SlotsTakeMemory
        ? (Bytes / layout.BlockBytes) - (PerSequence(layout) * layout.SlotCount)
        : (Bytes - PagesEnds(layout.SlotCount)) / layout.BlockBytes;

    private long PagesEnds(int slots) => PageBytes * (slots + 1);

    private KeyValueLayout Fitted(KeyValueLayout whole)
    {
        var slots = MostSlots(whole);
        if (slots >= 1)
        {
            return whole with { SlotCount = slots };
        }

        if (ContextLength is not null)
        {
            return whole with { SlotCount = 1 };    // what the user chose is not changed: refused
        }

        var few = SlotsTakeMemory ? 1 : (int)Math.Clamp((Bytes / MostForPages / Math.Max(1, PageBytes)) - 1, 1, SlotCount);
        var room = SlotsTakeMemory ? Bytes / whole.BlockBytes / 2 : (Bytes - PagesEnds(few)) / whole.BlockBytes;
        var context = Math.Max(0, room - whole.StateBlocks) * BlockSize;
        return context < ShortestContext
            ? whole with { SlotCount = 1 }
            : whole with { SlotCount = few, ContextLength = (int)Math.Min(context, whole.ContextLength) };
    }

    /// <summary>The most slots beside which one full sequence's blocks fit; 0 for none.</summary>
    private int MostSlots(KeyValueLayout whole)
    {
        var (least, most) = (0, SlotCount);
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            (least, most) = Blocks(whole with { SlotCount = middle }) >= PerSequence(whole) ? (middle, most) : (least, middle - 1);
        }

        return least;
    }

    private string Refusal(KeyValueLayout whole)
    {
        var one = FitsItself ? whole with { SlotCount = 1 } : whole;
        var slots = SlotsTakeMemory ? PerSequence(one) * one.SlotCount : 0;
        var needed = (((Int128)(slots + PerSequence(one)) * one.BlockBytes) + PagesEnds(one.SlotCount) + MiB - 1) / MiB;
        return $"The KV cache's budget of {Bytes / MiB} MiB is too small for sequences of {one.ContextLength} tokens: it takes {needed} MiB; " +
            $"raise the budget, or lower the context length{(SlotsTakeMemory && !FitsItself ? " or the number of sequences" : "")}.";
    }
}
