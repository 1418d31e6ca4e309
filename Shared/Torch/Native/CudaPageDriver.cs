namespace Rill.Torch.Native;

/// <summary>The CUDA driver's virtual memory on one device.</summary>
/// <param name="device">The device's number.</param>
internal sealed class CudaPageDriver(int device) : IPageDriver
{
    public long Granularity()
    {
        Check(CudaDriver.Granularity(device, out var bytes), "asking for the size of a page");
        return (long)bytes;
    }

    public nint Reserve(long bytes)
    {
        Check(CudaDriver.Reserve(bytes, out var start), "reserving addresses");
        return start;
    }

    public void Free(nint start, long bytes) => Check(CudaDriver.Free(start, bytes), "giving addresses back");

    public ulong Create(long bytes)
    {
        Check(CudaDriver.Create(device, bytes, out var handle), "taking a page of memory");
        return handle;
    }

    public void Release(ulong handle) => Check(CudaDriver.Release(handle), "giving a page of memory back");

    public void Map(nint start, long bytes, ulong handle) => Check(CudaDriver.Map(start, bytes, handle), "mapping memory");

    public void Open(nint start, long bytes) => Check(CudaDriver.Open(device, start, bytes), "opening memory to the device");

    public void Unmap(nint start, long bytes) => Check(CudaDriver.Unmap(start, bytes), "unmapping memory");

    public void Synchronize()
    {
        var error = CudaRuntime.cudaSetDevice(device);
        error = error == 0 ? CudaRuntime.cudaDeviceSynchronize() : error;
        if (error != 0)
        {
            throw new DeviceMemoryException($"waiting for the device failed: {CudaRuntime.Describe(error)}");
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new DeviceMemoryException($"{what} failed: {CudaDriver.Describe(error)}");
        }
    }
}
