namespace Rill.Torch.Decoding;

/// <summary>Which positions before its own a row attends to.</summary>
/// <param name="Window">Most positions, its own among them.</param>
/// <param name="Stretch">The size of the stretches into which a text is cut: none before the row's own.</param>
internal readonly record struct AttentionReach(int Window, int Stretch)
{
    /// <summary>The first position that a row at this one attends to.</summary>
    public int First(int position) => Math.Max(Math.Max(0, position + 1 - Window), position / Stretch * Stretch);
}
