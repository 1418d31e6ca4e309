using Rill.Models;

namespace Rill.Torch.Runtime;

/// <summary>Turns the memory budget into a number of blocks, once at load.</summary>
internal static class KeyValueBudget
{
    private const int DefaultShare = 4;    // a quarter of all memory

    /// <summary>Blocks that fit the budget, but no more than two full sets of slots could ever use.</summary>
    /// <exception cref="ModelFormatException">Not even one sequence of full length fits.</exception>
    public static KeyValueLayout Plan(DecoderSpec spec, TorchRunnerOptions options, int elementSize)
    {
        var contextLength = Math.Min(options.ContextLength ?? int.MaxValue, spec.ContextLength);
        var blockBytes = 2L * spec.LayerCount * options.BlockSize * spec.KeyValueHeadCount * spec.HeadDim * elementSize;
        var perSequence = (contextLength + options.BlockSize - 1) / options.BlockSize;
        var budget = options.KeyValueMemoryMiB is { } mebibytes ? mebibytes * 1024L * 1024 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare;
        var blocks = Math.Min(budget / blockBytes, 2L * perSequence * options.SlotCount);
        if (blocks < perSequence)
        {
            var needed = ((perSequence * blockBytes) + (1024 * 1024) - 1) / (1024 * 1024);
            throw new ModelFormatException(
                $"The KV cache's budget of {budget / (1024 * 1024)} MiB does not hold one sequence of {contextLength} tokens, which takes {needed} MiB; raise the budget or lower the context length.");
        }

        return new KeyValueLayout
        {
            LayerCount = spec.LayerCount,
            TokenElements = spec.KeyValueHeadCount * spec.HeadDim,
            ElementSize = elementSize,
            ContextLength = contextLength,
            SlotCount = options.SlotCount,
            BlockSize = options.BlockSize,
            BlockCount = (int)blocks,
        };
    }
}
