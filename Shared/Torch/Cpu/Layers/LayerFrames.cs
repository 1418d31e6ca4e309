using Rill.Models;
using Rill.Torch.Cpu.Kernels;
using Rill.Torch.Native;

namespace Rill.Torch.Cpu.Layers;

/// <summary>Makes what stands around a decoder's layers.</summary>
internal static class LayerFrames
{
    /// <summary>The frame of a model's layers; null where they need none.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weights">Makes its operations.</param>
    /// <param name="residual">The residual stream.</param>
    /// <param name="branch">Memory for rows of its width, which is free between layers.</param>
    /// <param name="team">The threads.</param>
    /// <param name="parts">Owns the memory.</param>
    public static ILayerFrame? Of(
        DecoderSpec spec, CpuLayerFactory weights, RowBuffer residual, RowBuffer branch, ThreadTeam team, DisposableStack parts)
    {
        var inputs = spec.PerLayerInputs is { } sizes ? parts.Own(new PerLayerInputs(spec, sizes, weights, team)) : null;
        return spec.AltUp is { } streams ? parts.Own(new AltUp(spec, streams, weights, inputs!, residual, branch, team))
            : inputs is not null || spec.LayerScale ? new LayerEnds(spec, weights, inputs, residual, branch, team)
            : null;
    }
}
