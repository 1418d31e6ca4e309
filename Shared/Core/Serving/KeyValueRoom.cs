using System.Globalization;

namespace Rill.Serving;

/// <summary>How many sequences the memory for keys and values holds at once, in words for a log.</summary>
/// <param name="Context">Most tokens of a sequence.</param>
/// <param name="Whole">Sequences of that length.</param>
/// <param name="Slots">Most sequences that run at once.</param>
/// <param name="Share">Tokens of each if so many run.</param>
public readonly record struct KeyValueRoom(long Context, long Whole, int Slots, long Share)
{
    /// <summary>What a runner offers.</summary>
    public static KeyValueRoom Of(ModelLimits limits)
    {
        var perSequence = (((long)limits.ContextLength + limits.BlockSize - 1) / limits.BlockSize) + limits.StateBlocks;
        var share = Math.Max(0, (limits.BlockCount / limits.SlotCount) - limits.StateBlocks) * (long)limits.BlockSize;
        var whole = Math.Min(limits.BlockCount / perSequence, limits.SlotCount);
        return new(limits.ContextLength, whole, limits.SlotCount, Math.Min(share, limits.ContextLength));
    }

    /// <summary>Such as "6 sequences of 131072 tokens or 64 of 12687".</summary>
    public override string ToString() => Whole == Slots
        ? string.Create(CultureInfo.InvariantCulture, $"{Whole} sequences of {Context} tokens")
        : string.Create(CultureInfo.InvariantCulture, $"{Whole} sequences of {Context} tokens or {Slots} of {Share}");
}
