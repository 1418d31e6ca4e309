using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory that the layers with a dense feed-forward beside their experts share: one of them runs at a time.</summary>
/// <param name="hidden">Width of the residual stream.</param>
internal sealed class ParallelScratch(int hidden) : IDisposable
{
    /// <summary>What the router sees.</summary>
    public RowBuffer Routed { get; } = new(hidden);

    /// <summary>What the experts see.</summary>
    public RowBuffer Normed { get; } = new(hidden);

    /// <summary>The dense feed-forward's result.</summary>
    public RowBuffer Dense { get; } = new(hidden);

    /// <summary>The experts' result.</summary>
    public RowBuffer Experts { get; } = new(hidden);

    /// <summary>Makes room for rows.</summary>
    public void Ensure(int rows)
    {
        foreach (var buffer in new[] { Routed, Normed, Dense, Experts })
        {
            buffer.Ensure(rows);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in new[] { Routed, Normed, Dense, Experts })
        {
            buffer.Dispose();
        }
    }
}
