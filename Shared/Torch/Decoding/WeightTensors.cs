using Rill.Models;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Decoding;

/// <summary>Turns mapped weights into tensors: views of the mapping where the type is right, converted or joined copies elsewhere.</summary>
/// <param name="weights">Must outlive every tensor that is a view.</param>
/// <param name="type">The type to compute in.</param>
internal sealed class WeightTensors(ModelWeights weights, ScalarType type)
{
    // Few processors' last-level caches are larger, and .NET does not tell their size.
    private const long LargestInCache = 64L * 1024 * 1024;

    // Of a packed matrix that is converted, so much is unpacked at a time.
    private const long SlabBytes = 64L * 1024 * 1024;

    /// <summary>True when the weights are read from memory again at every step, false when they may stay in the processor's caches.</summary>
    public bool ExceedCaches { get; } = weights.TotalBytes > LargestInCache;

    /// <summary>The type to compute in.</summary>
    public ScalarType Type => type;

    /// <summary>A weight as it lies in the file.</summary>
    public Tensor Mapped(string name, params ReadOnlySpan<long> shape)
    {
        var weight = weights.Get(name, shape);
        return TensorMemory.Wrap(weight.Address, TypeOf(weight.Type), shape);
    }

    /// <summary>A weight in the computing type; a view of the file where that is its type.</summary>
    public Tensor Get(string name, params ReadOnlySpan<long> shape)
    {
        if (TryUnpack(name, shape) is { } unpacked)
        {
            return unpacked;
        }

        var weight = weights.Get(name, shape);
        return TypeOf(weight.Type) == type ? TensorMemory.Wrap(weight.Address, type, shape) : Converted(weight, shape);
    }

    /// <summary>
    /// A weight matrix for our kernels: a view of the file in f32 or bf16, as they read either and compute in f32; a copy in the
    /// computing type where libtorch must compute with it in bf16, and of f16.
    /// </summary>
    public Tensor ForKernels(string name, params ReadOnlySpan<long> shape)
    {
        if (TryUnpack(name, shape) is { } unpacked)
        {
            return unpacked;
        }

        var weight = weights.Get(name, shape);
        var own = TypeOf(weight.Type);
        return own == type || (own == ScalarType.BFloat16 && type == ScalarType.Float32)
            ? TensorMemory.Wrap(weight.Address, own, shape)
            : Converted(weight, shape);
    }

    /// <summary>Vectors, of norms or of the biases of several layers, one after the other: a copy in f32.</summary>
    /// <param name="offset">Added to each element.</param>
    /// <param name="parts">Name and size of each.</param>
    public Tensor Vector(float offset, params ReadOnlySpan<(string Name, long Size)> parts)
    {
        var tensors = new List<Tensor>();
        foreach (var (name, size) in parts)
        {
            tensors.Add(Elements(offset, name, size));
        }

        return Join(tensors);
    }

    /// <summary>A tensor's elements, each with an offset: a copy in f32.</summary>
    public Tensor Elements(float offset, string name, params ReadOnlySpan<long> shape)
    {
        using var mapped = Mapped(name, shape);
        var copy = mapped.to_type(ScalarType.Float32, copy: true);
        return offset == 0 ? copy : copy.add_(offset);
    }

    /// <summary>TorchSharp's name of a type.</summary>
    public static ScalarType TypeOf(WeightType type) => type switch
    {
        WeightType.Float32 => ScalarType.Float32,
        WeightType.BFloat16 => ScalarType.BFloat16,
        WeightType.Float16 => ScalarType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private bool IsPackedMatrix(string name, ReadOnlySpan<long> shape) => shape.Length == 2 && weights.Published(name).IsPacked;

    /// <summary>A packed matrix in the computing type, converted some rows at a time; null for others, and in f32, which unpacking gives.</summary>
    private Tensor? TryUnpack(string name, ReadOnlySpan<long> shape)
    {
        if (type == ScalarType.Float32 || !IsPackedMatrix(name, shape))
        {
            return null;
        }

        var matrix = empty(shape, type);
        CopyRows(matrix, name, shape);
        return matrix;
    }

    private void CopyRows(Tensor place, string name, ReadOnlySpan<long> shape)
    {
        var slab = Math.Max(1, SlabBytes / (shape[1] * sizeof(float)));
        for (long first = 0; first < shape[0]; first += slab)
        {
            var rows = new RowRange(first, Math.Min(slab, shape[0] - first));
            var weight = weights.GetRows(name, rows, shape);
            using (var part = place.narrow(0, rows.First, rows.Count))
            using (var mapped = TensorMemory.Wrap(weight.Address, TypeOf(weight.Type), rows.Count, shape[1]))
            {
                part.copy_(mapped);
            }

            weights.ReleaseRows(name, rows, shape);
        }
    }

    /// <summary>A copy in the computing type; the memory that the weight had goes back, so that not all weights are there twice.</summary>
    private Tensor Converted(Weight weight, ReadOnlySpan<long> shape)
    {
        Tensor converted;
        using (var mapped = TensorMemory.Wrap(weight.Address, TypeOf(weight.Type), shape))
        {
            converted = mapped.to_type(type);
        }

        weights.Release(weight, 0, weight.ByteCount);
        return converted;
    }

    private static Tensor Join(List<Tensor> tensors)
    {
        if (tensors is [var only])
        {
            return only;
        }

        var joined = cat(tensors, 0);
        tensors.ForEach(tensor => tensor.Dispose());
        return joined;
    }
}
