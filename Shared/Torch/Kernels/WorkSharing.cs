namespace Rill.Torch.Kernels;

/// <summary>Splits independent items over threads, but only where the work outweighs waking one.</summary>
/// <param name="threads">Most threads to use.</param>
internal sealed class WorkSharing(int threads)
{
    // About 50 microseconds of kernel work; waking a thread of the pool costs 5 to 20.
    private const long WorthSharing = 500_000;

    /// <summary>Runs <paramref name="item"/> for 0 to <paramref name="count"/> - 1; each must touch its own results only.</summary>
    /// <param name="count">Number of items.</param>
    /// <param name="cost">Multiply-adds of all items together, roughly.</param>
    /// <param name="item">Gets the item's number.</param>
    public void Run(int count, long cost, Action<int> item)
    {
        var parts = Math.Min(threads, count);
        if (parts < 2 || cost < WorthSharing)
        {
            for (var i = 0; i < count; i++)
            {
                item(i);
            }

            return;
        }

        // Interleaved, because later rows of a prompt attend to more positions than earlier ones.
        Parallel.For(0, parts, part =>
        {
            for (var i = part; i < count; i += parts)
            {
                item(i);
            }
        });
    }
}
