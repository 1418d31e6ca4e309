using System.Numerics;
using System.Runtime.InteropServices;
using Rill.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>
/// Carries the numbers of a step to the device in one copy that nobody waits for: <see cref="Begin"/>, <see cref="Add(ReadOnlySpan{T})"/> as often as
/// needed, <see cref="Send"/>, then <see cref="this"/>. Host memory is page-locked where there is a GPU, and there are two buffers of it: a step is
/// written while the last one's copy may still run, and the one before is waited for.
/// </summary>
/// <typeparam name="T">long or double.</typeparam>
internal sealed class StepUpload<T> : IDisposable where T : unmanaged
{
    private const int Depth = 2;

    private readonly IStepDevice _stream;
    private readonly Device _device;
    private readonly List<T> _values = [];
    private Buffers _buffers;
    private int _next;

    /// <summary>Takes memory for a number of values; it grows when more are sent, and only then moves on the device.</summary>
    public StepUpload(IStepDevice stream, Device device, int capacity)
    {
        (_stream, _device) = (stream, device);
        _buffers = DisposableStack.Build(parts => new Buffers(device, capacity, parts));
    }

    /// <summary>Forgets what was added.</summary>
    public void Begin() => _values.Clear();

    /// <summary>Adds values and tells where they will lie.</summary>
    public Range Add(ReadOnlySpan<T> values)
    {
        var range = Add(values.Length, out var room);
        values.CopyTo(room);
        return range;
    }

    /// <summary>Adds room for values, to be filled before anything else is added.</summary>
    public Range Add(int count, out Span<T> room)
    {
        var start = _values.Count;
        CollectionsMarshal.SetCount(_values, start + count);
        room = CollectionsMarshal.AsSpan(_values)[start..];
        return start..(start + count);
    }

    /// <summary>Queues the copy of all that was added. Work that was queued before still sees what was sent before.</summary>
    public void Send()
    {
        if (_values.Count == 0)
        {
            return;
        }

        if (_values.Count > _buffers.Capacity)
        {
            var grown = DisposableStack.Build(parts => new Buffers(_device, (int)BitOperations.RoundUpToPowerOf2((uint)_values.Count), parts));
            Dispose();
            _buffers = grown;
        }

        var turn = _buffers.Turns[_next];
        _next = (_next + 1) % Depth;
        turn.WaitForCopy();
        CollectionsMarshal.AsSpan(_values).CopyTo(TensorMemory.Elements<T>(turn.Host));
        using var source = turn.Host.narrow(0, 0, _values.Count);
        using var target = this[.._values.Count];
        _stream.CopyIn(source, target);
        turn.Copied = _stream.Mark();
    }

    /// <summary>
    /// Values that were sent, on the device: a view that the next <see cref="Send"/> fills anew. One range is always the same memory.
    /// </summary>
    public Tensor this[Range range]
    {
        get
        {
            var (start, count) = range.GetOffsetAndLength(_values.Count);
            return _buffers.OnDevice.narrow(0, start, count);
        }
    }

    /// <summary>Gives the memory back; libtorch reuses page-locked memory only after the copies from it.</summary>
    public void Dispose() => _buffers.Dispose();

    private sealed class Buffers : IDisposable
    {
        private readonly DisposableStack _parts;

        public Buffers(Device device, int capacity, DisposableStack parts)
        {
            (Capacity, _parts) = (capacity, parts);
            OnDevice = parts.Own(zeros(capacity, Type, device).DetachFromDisposeScope());
            Turns = [.. Enumerable.Range(0, Depth).Select(_ => parts.Own(new HostTurn(OnHost(capacity, device))))];
        }

        public int Capacity { get; }

        public Tensor OnDevice { get; }

        public HostTurn[] Turns { get; }

        private static ScalarType Type => typeof(T) == typeof(long) ? ScalarType.Int64 : ScalarType.Float64;

        public void Dispose() => _parts.Dispose();

        private static Tensor OnHost(int capacity, Device device)
        {
            using var scope = NewDisposeScope();
            var host = zeros(capacity, Type);
            return (device.type == DeviceType.CUDA ? host.pin_memory() : host).DetachFromDisposeScope();
        }
    }

    /// <summary>One of the buffers on the host, and the end of the last copy from it.</summary>
    private sealed class HostTurn(Tensor host) : IDisposable
    {
        public Tensor Host => host;

        public IStepMark? Copied { get; set; }

        public void WaitForCopy()
        {
            Copied?.Wait();
            Copied?.Dispose();
            Copied = null;
        }

        public void Dispose()
        {
            Copied?.Dispose();
            host.Dispose();
        }
    }
}
