namespace Rill.Models;

/// <summary>One tensor in a file: row-major, little-endian, valid as long as its <see cref="ModelWeights"/>.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first.</param>
/// <param name="Address">Its first byte; not necessarily aligned to the element size.</param>
/// <param name="ByteCount">Its size in bytes.</param>
public readonly record struct Weight(string Name, WeightType Type, IReadOnlyList<long> Shape, nint Address, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);
}
