using Rill.Models;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Layers;

/// <summary>
/// Steps of a layer that one kernel can do where tensor operations need several. The caller's scope owns what is made. Letters: N rows,
/// H query heads, Hk key and value heads, d width of a head.
/// </summary>
internal interface IFusedKernels
{
    /// <summary>hidden += scale * branch, in place, and its RMS norm.</summary>
    /// <param name="hidden">[N, width].</param>
    /// <param name="branch">[N, width].</param>
    /// <param name="scale">What the branch is multiplied with.</param>
    /// <param name="weight">[width], of hidden's type or f32.</param>
    /// <param name="target">Where the norm goes, [N, width]; null for a new tensor.</param>
    /// <returns>The norm, [N, width].</returns>
    Tensor AddNorm(Tensor hidden, Tensor branch, double scale, Tensor weight, Tensor? target);

    /// <summary>act(gate) * up.</summary>
    /// <param name="activation">Which.</param>
    /// <param name="gateUp">The gate, then what it multiplies, side by side in the last dimension, 2 w wide.</param>
    /// <returns>w wide.</returns>
    Tensor Gate(Activation activation, Tensor gateUp);

    /// <summary>Rotates queries and keys, and writes keys and values to the cache.</summary>
    /// <param name="rotation">The rotations of the rows.</param>
    /// <param name="queryKey">[N, H + Hk, d].</param>
    /// <param name="values">[N, Hk, d].</param>
    /// <param name="places">Where they go.</param>
    /// <returns>The queries, [N, H, d].</returns>
    Tensor RotateAndWrite(Rotation rotation, Tensor queryKey, Tensor values, CachePlaces places);

    /// <summary>For rows f32 [N, V] the index of the highest element, or -1 where that is not finite, int64 [N].</summary>
    Tensor Highest(Tensor logits);
}

/// <summary>Where rows' keys and values go in a layer's part of the cache.</summary>
/// <param name="Keys">The keys' rows of all slots, [R, Hk d]; the last dimension is dense.</param>
/// <param name="Values">The values' rows, as far apart.</param>
/// <param name="Rows">Which, int64 [N].</param>
internal readonly record struct CachePlaces(Tensor Keys, Tensor Values, Tensor Rows);
