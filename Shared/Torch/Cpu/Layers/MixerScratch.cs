using Rill.Models;
using Rill.Torch.Cpu.Kernels;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Memory that layers with a state share: one of them runs at a time.</summary>
internal sealed class MixerScratch : IDisposable
{
    /// <param name="mixer">Their kind.</param>
    public MixerScratch(MixerSpec mixer)
    {
        var (projected, heads) = mixer is DeltaNetSpec delta ? (delta.Channels + delta.ValueSize, delta.ValueHeads) : (3 * mixer.Channels, 1);
        (Projected, Beta, Decay, Mixed) = (new(projected), new(heads), new(heads), new(mixer.OutputWidth));
    }

    /// <summary>A row's projections: a delta net's [queries | keys | values | gates], a short convolution's [B | C | u].</summary>
    public RowBuffer Projected { get; }

    /// <summary>How much each value head of a delta net learns from a row.</summary>
    public RowBuffer Beta { get; }

    /// <summary>What is left of each value head's state before a row.</summary>
    public RowBuffer Decay { get; }

    /// <summary>What goes to the output projection.</summary>
    public RowBuffer Mixed { get; }

    /// <summary>Makes room for rows.</summary>
    public void Ensure(int rows)
    {
        foreach (var buffer in new[] { Projected, Beta, Decay, Mixed })
        {
            buffer.Ensure(rows);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in new[] { Projected, Beta, Decay, Mixed })
        {
            buffer.Dispose();
        }
    }
}
