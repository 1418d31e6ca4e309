using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>Turns the memory budget into a number of blocks, once at load.</summary>
internal sealed record KeyValueBudget
{
    private const long MiB = 1024 * 1024;
    private const int DefaultShare = 4;                             // a quarter of all memory
    private const long DefaultDeviceBudget = 4L * 1024 * 1024 * 1024;   // where a GPU cannot be asked for its free memory
    private const double DeviceShare = 0.85;                            // of what the weights leave: the rest is for activations

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

    /// <summary>Bytes that a GPU has left beside the weights; null where there is none or it does not say.</summary>
    public long? FreeOnDevice { get; init; }

    private long Bytes => MemoryMiB is { } mebibytes ? mebibytes * MiB
        : FreeOnDevice is { } free ? (long)(DeviceShare * Math.Max(0, free))
        : SlotsTakeMemory ? DefaultDeviceBudget
        : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare;

    /// <summary>Blocks that fit the budget, but no more than two full sets of slots could ever use.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="format">How an element is stored.</param>
    /// <exception cref="ModelFormatException">Not even one sequence of full length fits.</exception>
    public KeyValueLayout Plan(DecoderSpec spec, KeyValueFormat format)
    {
        var layout = new KeyValueLayout
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
        var perSequence = (((long)layout.ContextLength + BlockSize - 1) / BlockSize) + layout.StateBlocks;
        var taken = SlotsTakeMemory ? perSequence * SlotCount : 0;
        var blocks = Math.Min((Bytes / layout.BlockBytes) - taken, 2 * perSequence * SlotCount);
        if (blocks < perSequence)
        {
            var needed = (((Int128)(taken + perSequence) * layout.BlockBytes) + MiB - 1) / MiB;
            throw new ModelFormatException(
                $"The KV cache's budget of {Bytes / MiB} MiB is too small for sequences of {layout.ContextLength} tokens: it takes {needed} MiB; raise the budget, or lower the context length{(SlotsTakeMemory ? " or the number of sequences" : "")}.");
        }

        return layout with { BlockCount = (int)Math.Min(blocks, int.MaxValue) };
    }
}
