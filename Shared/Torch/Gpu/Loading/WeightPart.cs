using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Loading;

/// <summary>A weight of the model and the place on the device that takes it.</summary>
/// <param name="Target">A contiguous tensor on the device, whose type the weight is converted to.</param>
/// <param name="First">The element of it, counted over all dimensions, where the weight's first one goes.</param>
/// <param name="Name">The weight's name.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
internal sealed record WeightPart(Tensor Target, long First, string Name, long[] Shape)
{
    /// <summary>Added to each element on the device.</summary>
    public float Offset { get; init; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
