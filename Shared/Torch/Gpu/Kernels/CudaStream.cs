using Rill.Torch.Native;
using static TorchSharp.torch;

namespace Rill.Torch.Gpu.Kernels;

/// <summary>A stream of one CUDA device, on which all of a model's work is queued, and its capture into CUDA graphs.</summary>
internal sealed class CudaStream : IStepDevice
{
    private readonly nint _stream;
    private readonly int _device;

    private CudaStream(nint stream, int device, string name) => (_stream, _device, Name) = (stream, device, name);

    public string Name { get; }

    public nint Handle => _stream;

    /// <summary>Makes a stream on a CUDA device, or a device that uses libtorch's own stream and knows why.</summary>
    public static IStepDevice Create(Device device)
    {
        try
        {
            var index = Math.Max(0, device.index);
            Check(CudaRuntime.cudaSetDevice(index), "the choice of the device");
            Check(CudaRuntime.NameOf(index, out var name), "asking for the device's name");
            return DisposableStack.Build(parts =>
            {
                Check(CudaRuntime.CreateStream(out var stream), "the making of a stream");
                var created = parts.Own(new CudaStream(stream, index, name));
                created.Enter().Dispose();
                return created;
            });
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException or StepGraphException)
        {
            return new PlainDevice(device, $"the CUDA runtime cannot be reached ({failure.Message})");
        }
    }

    public IDisposable Enter()
    {
        Check(CudaRuntime.aoti_torch_create_cuda_stream_guard(_stream, _device, out var guard), "libtorch's change to our stream");
        return new Guard(guard);
    }

    public void Synchronize() => Check(CudaRuntime.cudaStreamSynchronize(_stream), "waiting for the stream");

    public IStepMark Mark()
    {
        Check(CudaRuntime.CreateEvent(out var made), "the making of an event");
        var mark = new EventMark(made);
        try
        {
            Check(CudaRuntime.cudaEventRecord(made, _stream), "the recording of an event");
            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    public void CopyIn(Tensor source, Tensor target) => target.copy_(source, nonBlocking: true);

    public long? FreeMemory() => CudaRuntime.cudaMemGetInfo(out var free, out _) == 0 ? (long)free : null;

    public IStepGraph Capture(Func<Tensor> work)
    {
        Check(CudaRuntime.BeginCapture(_stream), "the beginning of a capture");
        try
        {
            work();
        }
        catch
        {
            var ended = CudaRuntime.cudaStreamEndCapture(_stream, out var broken);
            _ = ended == 0 ? CudaRuntime.cudaGraphDestroy(broken) : CudaRuntime.Forget();
            throw;
        }

        Check(CudaRuntime.cudaStreamEndCapture(_stream, out var graph), "the end of a capture");
        var error = CudaRuntime.Instantiate(graph, out var executable);
        _ = CudaRuntime.cudaGraphDestroy(graph);
        Check(error, "making a graph of a capture");
        return new Graph(executable, _stream);
    }

    public void Dispose() => _ = CudaRuntime.cudaStreamDestroy(_stream);

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new StepGraphException($"{what} failed: {CudaRuntime.Describe(error)}");
        }
    }

    private sealed class Guard(nint guard) : IDisposable
    {
        public void Dispose() => _ = CudaRuntime.aoti_torch_delete_cuda_stream_guard(guard);
    }

    private sealed class EventMark(nint recorded) : IStepMark
    {
        public void Wait() => Check(CudaRuntime.cudaEventSynchronize(recorded), "waiting for an event");

        public void Dispose() => _ = CudaRuntime.cudaEventDestroy(recorded);
    }

    private sealed class Graph(nint executable, nint stream) : IStepGraph
    {
        public void Launch() => Check(CudaRuntime.cudaGraphLaunch(executable, stream), "the launch of a graph");

        public void Dispose() => _ = CudaRuntime.cudaGraphExecDestroy(executable);
    }
}
