using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Rill.Models;

/// <summary>
/// Carries out a <see cref="WeightRecipe"/>: a view of the published tensor, or of its expert's part, where its rows lie one after the other,
/// else a copy.
/// </summary>
internal static unsafe class WeightCut
{
    /// <summary>True when a published shape has what a recipe makes a tensor of another shape from.</summary>
    public static bool Fits(IReadOnlyList<long> published, WeightRecipe recipe, ReadOnlySpan<long> wanted)
    {
        var shape = recipe.Expert is { } expert
            ? published.Count > 1 && expert < published[0] ? published.Skip(1).ToArray() : []
            : [.. published];
        if (recipe.Transposed && shape.Length == 2)
        {
            (shape[0], shape[1]) = (shape[1], shape[0]);
        }

        return shape.Length == wanted.Length && shape.Length > 0
            && (recipe.FirstColumn is { } first && shape.Length == 2 ? first + wanted[1] <= shape[1] : shape.AsSpan(1).SequenceEqual(wanted[1..]))
            && (recipe.Rows is { } rows ? wanted[0] > 0 && rows.At(wanted[0] - 1) < shape[0] : shape[0] == wanted[0]);
    }

    /// <summary>The tensor where it lies; null when its rows are not one after the other there.</summary>
    /// <param name="source">The published tensor, or the part of the recipe's expert.</param>
    /// <param name="recipe">What is taken of it.</param>
    /// <param name="name">The result's name.</param>
    /// <param name="shape">The result's dimensions, outermost first.</param>
    public static Weight? TryView(Weight source, WeightRecipe recipe, string name, ReadOnlySpan<long> shape)
    {
        if (recipe.Transposed || recipe.FirstColumn is not null || recipe.Rows?.IsContiguous(shape[0]) == false)
        {
            return null;
        }

        var bytes = Elements(shape) * SizeOf(source.Type);
        var rowBytes = bytes / shape[0];
        return new Weight(
            name, source.Type, shape.ToArray(), (nint)(source.Address + ((recipe.Rows?.Offset ?? 0) * rowBytes)), bytes);
    }

    /// <summary>A copy of the tensor's elements in their order.</summary>
    /// <inheritdoc cref="TryView"/>
    public static MadeWeight Copy(Weight source, WeightRecipe recipe, string name, long[] shape)
    {
        var (size, columns) = (SizeOf(source.Type), shape.Length > 1 ? shape[1] : 1);
        var made = new MadeWeight(name, source.Type, shape, Elements(shape) * size);
        var from = (byte*)source.Address;
        var published = source.Shape[^1];    // columns there: outputs where it is transposed
        var skipped = recipe.FirstColumn ?? 0;
        for (long row = 0; row < shape[0]; row++)
        {
            var target = (byte*)made.Weight.Address + (row * columns * size);
            var taken = recipe.Rows?.At(row) ?? row;
            if (!recipe.Transposed)
            {
                NativeMemory.Copy(from + (((taken * (shape.Length > 1 ? published : 1)) + skipped) * size), target, (nuint)(columns * size));
                continue;
            }

            for (long column = 0; column < columns; column++)
            {
                var element = from + ((((skipped + column) * published) + taken) * size);
                if (size == sizeof(float))
                {
                    ((uint*)target)[column] = Unsafe.ReadUnaligned<uint>(element);
                }
                else
                {
                    ((ushort*)target)[column] = Unsafe.ReadUnaligned<ushort>(element);
                }
            }
        }

        return made;
    }

    /// <summary>A matrix of vectors, row by row.</summary>
    /// <exception cref="ModelFormatException">Their types differ.</exception>
    public static MadeWeight Stack(IReadOnlyList<Weight> rows, string name, long[] shape)
    {
        if (rows.FirstOrDefault(row => row.Type != rows[0].Type) is { Name: not null } other)
        {
            throw new ModelFormatException(
                $"{other.Name} is of the type {other.Type}, but {rows[0].Name} is of the type {rows[0].Type}; convert the model anew.");
        }

        var made = new MadeWeight(name, rows[0].Type, shape, Elements(shape) * SizeOf(rows[0].Type));
        for (var row = 0; row < rows.Count; row++)
        {
            NativeMemory.Copy((void*)rows[row].Address, (byte*)made.Weight.Address + (row * rows[row].ByteCount), (nuint)rows[row].ByteCount);
        }

        return made;
    }

    private static long Elements(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            count *= dimension;
        }

        return count;
    }

    private static int SizeOf(WeightType type) => type == WeightType.Float32 ? sizeof(float) : sizeof(ushort);
}

/// <summary>A tensor in memory of its own.</summary>
internal sealed unsafe class MadeWeight : IDisposable
{
    /// <summary>Takes the memory, whose content is undefined.</summary>
    public MadeWeight(string name, WeightType type, long[] shape, long byteCount) =>
        Weight = new(name, type, shape, (nint)NativeMemory.AlignedAlloc((nuint)byteCount, 64), byteCount);

    /// <summary>The tensor.</summary>
    public Weight Weight { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => NativeMemory.AlignedFree((void*)Weight.Address);
}
