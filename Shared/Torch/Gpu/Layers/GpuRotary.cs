using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>Rotary positions of one kind in plain tensor operations. Letters: N rows, d width of a head, r elements of it that are rotated.</summary>
internal sealed class GpuRotary(RotarySpec spec, int headDim, Device device) : IDisposable
{
    private readonly Tensor _frequencies = tensor(spec.InverseFrequencies(headDim), device: device);
    private readonly int _rotated = spec.Rotated(headDim);

    /// <summary>Whether pairs are neighbours; otherwise they lie half of the rotated width apart.</summary>
    public bool IsInterleaved => spec.Interleaved;

    /// <summary>The rotations at positions int64 [N].</summary>
    public Rotation At(Tensor positions)
    {
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(1) * _frequencies;
        var (cosines, sines) = (angles.cos(), angles.sin());
        if (spec.AttentionFactor != 1)
        {
            (cosines, sines) = (cosines.mul_(spec.AttentionFactor), sines.mul_(spec.AttentionFactor));
        }

        return new(this, Spread(cosines, cosines), Spread(-sines, sines));
    }

    /// <summary>
    /// Rotates heads [N, heads, d]: with a pair's elements a and b, (a cos - b sin, b cos + a sin), computed in f32. Rolling a head by
    /// half its rotated width (or neighbours by one) puts each element's partner in its place, so that this is one multiplication and one
    /// multiplication with addition.
    /// </summary>
    public Tensor Apply(Tensor heads, Rotation rotation)
    {
        if (_rotated == headDim)
        {
            return Rotate(heads, rotation);
        }

        return cat([Rotate(heads.narrow(2, 0, _rotated), rotation), heads.narrow(2, _rotated, headDim - _rotated)], 2);
    }

    public void Dispose() => _frequencies.Dispose();

    private Tensor Rotate(Tensor heads, Rotation rotation)
    {
        var wide = heads.to_type(ScalarType.Float32);
        return (wide * rotation.Cosines).addcmul_(Partners(wide), rotation.Sines, 1).to_type(heads.dtype);
    }

    private Tensor Partners(Tensor heads) => spec.Interleaved
        ? heads.reshape(heads.shape[0], heads.shape[1], _rotated / 2, 2).roll(1, 3).flatten(2)
        : heads.roll(_rotated / 2, 2);

    /// <summary>Two values for each pair, each [N, r / 2], to where the pair's elements stand, [N, 1, r].</summary>
    private Tensor Spread(Tensor first, Tensor second) =>
        (spec.Interleaved ? stack([first, second], 2).flatten(1) : cat([first, second], 1)).unsqueeze(1);
}

/// <summary>Rotations of one kind at some rows' positions.</summary>
/// <param name="Rotary">The kind.</param>
/// <param name="Cosines">f32 [N, 1, r].</param>
/// <param name="Sines">f32 [N, 1, r], negated for each pair's first element.</param>
internal sealed record Rotation(GpuRotary Rotary, Tensor Cosines, Tensor Sines)
{
    /// <summary>Rotates heads [N, heads, d]. The caller's scope owns what it makes.</summary>
    public Tensor Apply(Tensor heads) => Rotary.Apply(heads, this);
}
