using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>The fused steps in tensor operations: what our kernels are held against, and what takes their place.</summary>
/// <param name="norm">Computes norms.</param>
internal sealed class PlainKernels(GpuNorm norm) : IFusedKernels
{
    public Tensor AddNorm(Tensor hidden, Tensor branch, double scale, Tensor weight, Tensor? target)
    {
        var normed = norm.Rms(hidden.add_(branch, scale), weight);
        return target is null ? normed : target.copy_(normed);
    }

    public Tensor Gate(Activation activation, Tensor gateUp) => GpuActivation.Gate(activation, gateUp);

    public Tensor RotateAndWrite(Rotation rotation, Tensor queryKey, Tensor values, CachePlaces places)
    {
        var rotated = rotation.Apply(queryKey);
        var (shared, heads) = (values.shape[1], queryKey.shape[1] - values.shape[1]);
        places.Keys.index_copy_(0, places.Rows, rotated.narrow(1, heads, shared).flatten(1));
        places.Values.index_copy_(0, places.Rows, values.flatten(1));
        return rotated.narrow(1, 0, heads);
    }

    public Tensor Highest(Tensor logits)
    {
        var highest = logits.argmax(1, keepdim: true);
        var possible = logits.gather(1, highest).isfinite();    // false for NaN as well
        return highest.masked_fill(possible.logical_not(), -1).squeeze(1);
    }
}
