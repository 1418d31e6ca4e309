using Rill.Torch.Gpu.Kernels;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Loading;

/// <summary>
/// Two buffers on the host, page-locked where there is a GPU: while one is copied to the device the other is filled. A copy is queued on the
/// device's stream; a buffer is lent again when what was queued from it is done. libtorch keeps page-locked memory for its next use.
/// </summary>
internal sealed class StagingBuffers : IDisposable
{
    private const int BufferCount = 2;

    private readonly DisposableStack _parts = new();
    private readonly Tensor[] _buffers;
    private readonly IStepMark?[] _copied = new IStepMark?[BufferCount];
    private readonly IStepDevice _stream;
    private int _next;

    /// <summary>Takes the memory.</summary>
    /// <param name="device">Where the buffers' contents go.</param>
    /// <param name="stream">Where copies are queued; the calling thread has entered it.</param>
    /// <param name="bytes">Size of one buffer.</param>
    public StagingBuffers(Device device, IStepDevice stream, int bytes)
    {
        (_stream, Bytes) = (stream, bytes);
        try
        {
            _buffers = [.. Enumerable.Range(0, BufferCount).Select(_ => _parts.Own(Allocate(device, bytes)))];
        }
        catch
        {
            _parts.Dispose();
            throw;
        }
    }

    /// <summary>Size of one buffer.</summary>
    public int Bytes { get; }

    /// <summary>The address of a buffer that nothing is copied from any more. Its content counts until the next call but one.</summary>
    public unsafe nint Lend()
    {
        Free(_next);
        return (nint)TensorMemory.Address(_buffers[_next]);
    }

    /// <summary>Says that all copies from the lent buffer are queued.</summary>
    public void Queued()
    {
        _copied[_next] = _stream.Mark();
        _next = (_next + 1) % BufferCount;
    }

    /// <summary>Waits for the copies that are under way, and gives the memory back.</summary>
    public void Dispose()
    {
        try
        {
            for (var buffer = 0; buffer < BufferCount; buffer++)
            {
                Free(buffer);
            }
        }
        finally
        {
            _parts.Dispose();
        }
    }

    private void Free(int buffer)
    {
        var mark = _copied[buffer];
        _copied[buffer] = null;
        using (mark)
        {
            mark?.Wait();
        }
    }

    private static Tensor Allocate(Device device, int bytes)
    {
        var host = empty(bytes, ScalarType.Byte);
        if (device.type != DeviceType.CUDA)
        {
            return host;
        }

        using (host)
        {
            return host.pin_memory();
        }
    }
}
