using Rill.Models;
using Rill.Torch.Decoding;
using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Loading;

/// <summary>
/// Copies weights to a device piece by piece through <see cref="StagingBuffers"/>, in the order in which they lie in their files. A piece goes
/// over in the file's type and is converted there; what the files pack is unpacked some rows at a time and goes over in the target's type. The
/// memory that a piece had on the host goes back at once.
/// </summary>
/// <param name="weights">The weights.</param>
/// <param name="device">Where the targets lie.</param>
/// <param name="staging">What the pieces go through.</param>
internal sealed unsafe class WeightCopy(ModelWeights weights, Device device, StagingBuffers staging)
{
    /// <summary>Copies weights; when it returns the last copies may be under way.</summary>
    /// <exception cref="ModelFormatException">A weight is missing, or has another shape or an unsupported type, or does not fit f16.</exception>
    public void Run(IEnumerable<WeightPart> parts)
    {
        using var range = new HalfRange();
        foreach (var part in parts.OrderBy(part => weights.PlaceOf(part.Name)))
        {
            using var scope = NewDisposeScope();
            weights.Pass(part.Name);
            var target = part.Target.view(-1).narrow(0, part.First, part.Count);
            var own = part.Shape.Length == 2 && weights.Published(part.Name).IsPacked ? CopyRows(part, target) : CopyWhole(part, target);
            if (own != ScalarType.Float16 && target.dtype == ScalarType.Float16)
            {
                range.Note(part.Name, target);
            }

            if (part.Offset != 0)
            {
                target.add_(part.Offset);
            }
        }

        weights.Complete();
        range.Check();
    }

    /// <summary>A weight that lies in its file as it is, or that was put together in memory; gives its type.</summary>
    private ScalarType CopyWhole(WeightPart part, Tensor target)
    {
        var weight = weights.Get(part.Name, part.Shape);
        var (own, size) = (WeightTensors.TypeOf(weight.Type), (int)(weight.ByteCount / weight.ElementCount));
        var step = Math.Max(1, staging.Bytes / size);
        for (long first = 0; first < part.Count; first += step)
        {
            var count = Math.Min(step, part.Count - first);
            var (offset, bytes) = (first * size, count * size);
            weights.Pass(weight, offset);
            weights.Await(weight, offset, bytes);
            var buffer = staging.Lend();
            Buffer.MemoryCopy((void*)(weight.Address + (nint)offset), (void*)buffer, staging.Bytes, bytes);
            Send(buffer, own, target.narrow(0, first, count));
            weights.Release(weight, offset, bytes);
        }

        return own;
    }

    /// <summary>A packed matrix; gives the type that it is unpacked to.</summary>
    private ScalarType CopyRows(WeightPart part, Tensor target)
    {
        var (rowCount, columns) = (part.Shape[0], part.Shape[1]);
        var step = Math.Max(1, staging.Bytes / (columns * sizeof(float)));
        for (long first = 0; first < rowCount; first += step)
        {
            var rows = new RowRange(first, Math.Min(step, rowCount - first));
            CopyUnpacked(weights.GetRows(part.Name, rows, part.Shape), target.narrow(0, first * columns, rows.Count * columns));
            weights.ReleaseRows(part.Name, rows, part.Shape);
        }

        return ScalarType.Float32;
    }

    /// <summary>Rows in memory; a single one may be longer than a buffer.</summary>
    private void CopyUnpacked(Weight rows, Tensor target)
    {
        var (type, size) = (WeightTensors.TypeOf(rows.Type), rows.ByteCount / rows.ElementCount);
        var step = Math.Max(1, staging.Bytes / target.ElementSize);
        for (long first = 0; first < rows.ElementCount; first += step)
        {
            var count = Math.Min(step, rows.ElementCount - first);
            var buffer = staging.Lend();
            using (var unpacked = TensorMemory.Wrap(rows.Address + (nint)(first * size), type, count))
            using (var converted = TensorMemory.Wrap(buffer, target.dtype, count))
            {
                converted.copy_(unpacked);
            }

            Send(buffer, target.dtype, target.narrow(0, first, count));
        }
    }

    /// <summary>Queues the copy of a lent buffer.</summary>
    private void Send(nint buffer, ScalarType type, Tensor target)
    {
        using var scope = NewDisposeScope();
        var host = TensorMemory.Wrap(buffer, type, target.NumberOfElements);
        target.copy_(type == target.dtype ? host : host.to(device, non_blocking: true), nonBlocking: true);
        staging.Queued();
    }
}
