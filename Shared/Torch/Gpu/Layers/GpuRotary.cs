using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Rotary positions in plain tensor operations. Letters: N rows, d width of a head.</summary>
internal sealed class GpuRotary(DecoderSpec spec, Device device) : IDisposable
{
    private readonly Tensor _frequencies = tensor(spec.Rotaries[0]!.InverseFrequencies(spec.HeadDim), device: device);

    /// <summary>The rotations at positions int64 [N]: cosines, and sines whose first half is negated, each f32 [N, 1, d].</summary>
    public (Tensor Cosines, Tensor Sines) At(Tensor positions)
    {
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(1) * _frequencies;
        var (cosines, sines) = (angles.cos(), angles.sin());
        return (cat([cosines, cosines], 1).unsqueeze(1), cat([-sines, sines], 1).unsqueeze(1));
    }

    /// <summary>
    /// Rotates heads [N, heads, d]: with halves a and b of a head, (a cos - b sin, b cos + a sin), computed in f32. Rolling a head by
    /// half its width puts each element's partner in its place, so that this is one multiplication and one multiplication with addition.
    /// </summary>
    public Tensor Apply(Tensor heads, (Tensor Cosines, Tensor Sines) rotation)
    {
        var wide = heads.to_type(ScalarType.Float32);
        return (wide * rotation.Cosines).addcmul_(wide.roll(spec.HeadDim / 2, 2), rotation.Sines, 1).to_type(heads.dtype);
    }

    public void Dispose() => _frequencies.Dispose();
}
