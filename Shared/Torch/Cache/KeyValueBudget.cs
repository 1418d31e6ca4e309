using Rill.Models;

namespace Rill.Torch.Cache;

/// <summary>Turns the memory budget into a number of blocks, once at load.</summary>
internal static class KeyValueBudget
{
    private const long MiB = 1024 * 1024;
    private const int DefaultShare = 4;                             // a quarter of all memory
    private const long DefaultDeviceBudget = 4L * 1024 * 1024 * 1024;   // where a GPU cannot be asked for its free memory
    private const double DeviceShare = 0.85;                            // of what the weights leave: the rest is for activations

    /// <summary>Blocks that fit the budget, but no more than two full sets of slots could ever use.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="options">The budget and the number of slots.</param>
    /// <param name="format">How an element is stored.</param>
    /// <param name="slotsTakeMemory">True where slots are ordinary tensors, which take their memory at the start.</param>
    /// <param name="freeOnDevice">Bytes that a GPU has left beside the weights; null where there is none or it does not say.</param>
    /// <exception cref="ModelFormatException">Not even one sequence of full length fits.</exception>
    public static KeyValueLayout Plan(DecoderSpec spec, TorchRunnerOptions options, KeyValueFormat format, bool slotsTakeMemory, long? freeOnDevice = null)
    {
        var contextLength = Math.Min(options.ContextLength ?? int.MaxValue, spec.ContextLength);
        var layout = new KeyValueLayout
        {
            LayerCount = spec.LayerCount,
            HeadCount = spec.KeyValueHeadCount,
            HeadDim = spec.HeadDim,
            Format = format,
            ContextLength = contextLength,
            SlotCount = options.SlotCount,
            BlockSize = options.BlockSize,
            BlockCount = 0,
        };
        var perSequence = (contextLength + options.BlockSize - 1) / options.BlockSize;
        var budget = options.KeyValueMemoryMiB is { } mebibytes ? mebibytes * 1024L * 1024
            : freeOnDevice is { } free ? (long)(DeviceShare * Math.Max(0, free))
            : slotsTakeMemory ? DefaultDeviceBudget
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare;
        var taken = slotsTakeMemory ? perSequence * options.SlotCount : 0;
        var blocks = Math.Min((budget / layout.BlockBytes) - taken, 2L * perSequence * options.SlotCount);
        if (blocks < perSequence)
        {
            var needed = (((taken + perSequence) * layout.BlockBytes) + MiB - 1) / MiB;
            throw new ModelFormatException(
                $"The KV cache's budget of {budget / MiB} MiB is too small for sequences of {contextLength} tokens: it takes {needed} MiB; raise the budget, or lower the context length{(slotsTakeMemory ? " or the number of sequences" : "")}.");
        }

        return layout with { BlockCount = (int)blocks };
    }
}
