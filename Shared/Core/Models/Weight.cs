using System.Runtime.CompilerServices;

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

    /// <summary>Some of its rows, counted over all dimensions but the last, as a matrix.</summary>
    internal Weight Rows(RowRange rows)
    {
        var rowBytes = ByteCount / ElementCount * Shape[^1];
        return this with { Shape = [rows.Count, Shape[^1]], Address = Address + (nint)(rows.First * rowBytes), ByteCount = rows.Count * rowBytes };
    }

    /// <summary>Whether every element is finite.</summary>
    internal unsafe bool IsFinite()
    {
        // A value is not finite when all bits of its exponent are set.
        var (size, exponent) = Type switch
        {
            WeightType.Float32 => (sizeof(uint), 0x7F80_0000u),
            WeightType.BFloat16 => (sizeof(ushort), 0x7F80u),
            _ => (sizeof(ushort), 0x7C00u),
        };
        for (var at = (byte*)Address; at < (byte*)Address + ByteCount; at += size)
        {
            var bits = size == sizeof(uint) ? Unsafe.ReadUnaligned<uint>(at) : Unsafe.ReadUnaligned<ushort>(at);
            if ((bits & exponent) == exponent)
            {
                return false;
            }
        }

        return true;
    }
}
