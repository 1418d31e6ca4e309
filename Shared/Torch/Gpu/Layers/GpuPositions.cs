using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>What the positions of a pass's rows do in each layer: each kind of it is computed once for all its layers.</summary>
internal sealed class GpuPositions : IDisposable
{
    private readonly DecoderSpec _spec;
    private readonly Dictionary<RotarySpec, GpuRotary> _rotaries;

    /// <param name="spec">The model.</param>
    /// <param name="device">Where it runs.</param>
    public GpuPositions(DecoderSpec spec, Device device)
    {
        _spec = spec;
        _rotaries = spec.Rotaries.OfType<RotarySpec>().Distinct()
            .ToDictionary(rotary => rotary, rotary => new GpuRotary(rotary, spec.HeadDim, device));
    }

    /// <summary>By layer, the rotations at positions int64 [N]; null in a layer without. The caller's scope owns what it makes.</summary>
    public Rotation?[] Rotations(Tensor positions)
    {
        var byKind = _rotaries.ToDictionary(rotary => rotary.Key, rotary => rotary.Value.At(positions));
        return [.. _spec.Rotaries.Select(rotary => rotary is null ? null : byKind[rotary])];
    }

    /// <summary>By layer, what queries are multiplied with, f32 [N, 1, 1]; null in a layer without, empty where there is none.</summary>
    public Tensor?[] Temperatures(Tensor positions)
    {
        var byKind = _spec.QueryTemperatures.OfType<QueryTemperature>().Distinct().ToDictionary(kind => kind, kind => At(kind, positions));
        return [.. _spec.QueryTemperatures.Select(kind => kind is null ? null : byKind[kind])];
    }

    public void Dispose()
    {
        foreach (var rotary in _rotaries.Values)
        {
            rotary.Dispose();
        }
    }

    /// <summary>See <see cref="QueryTemperature.At"/>.</summary>
    private static Tensor At(QueryTemperature kind, Tensor positions)
    {
        var steps = (positions.to_type(ScalarType.Float64) + kind.Offset).div_(kind.Floor).floor_();
        return steps.log1p_().mul_(kind.Scale).add_(1).to_type(ScalarType.Float32).view(-1, 1, 1);
    }
}
